import type { LabelFacts } from '../condition/holds.ts';

/** Masks seen with one type and rank. A scan: few occur together, and hashing bigints costs more. */
interface Masks {
  readonly masks: bigint[];
  readonly numbers: number[];
}

/**
 * Numbers the combinations of type, confidentiality and sensitivity in the order they turn up, so
 * that a decision about a row is a look-up by two small integers.
 */
export class LabelNumbers {
  readonly #max: number;
  #byType = new Map<string, (Masks | undefined)[]>();
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Starts afresh: earlier numbers mean nothing any more. */
  forget(): void {
    this.#byType = new Map();
    this.#count = 0;
  }

  /** The row's number below `max`; -1 where all numbers are taken. */
  of(row: LabelFacts): number {
    // Ranks start at -1, not yet labelled.
    const seen = this.#byType.get(row.type)?.[row.confidentiality + 1];
    if (seen !== undefined) {
      const { masks, numbers } = seen;
      for (let index = 0; index < masks.length; index++) {
        if (masks[index] === row.sensitivity) return numbers[index] as number;
      }
    }
    return this.#count < this.#max ? this.#add(row) : -1;
  }

  #add({ type, confidentiality, sensitivity }: LabelFacts): number {
    const ranks = this.#byType.get(type) ?? [];
    this.#byType.set(type, ranks);
    const at = confidentiality + 1;
    const seen = ranks[at] ?? { masks: [], numbers: [] };
    ranks[at] = seen;
    seen.masks.push(sensitivity);
    seen.numbers.push(this.#count);
    return this.#count++;
  }
}
