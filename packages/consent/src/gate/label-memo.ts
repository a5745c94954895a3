import type { RowFacts } from '@holdfast/store';
import type { Condition } from '../condition/condition.ts';
import { type AtInstant, atInstant, forLabels } from '../condition/holds.ts';
import { MAX_MEMO_CELLS } from '../limits.ts';

type Cells = Map<bigint, Condition>;

/**
 * Remembers what a condition comes down to for a type and its labels: the hot path is a look-up by
 * type, by rank and by mask, without an allocation.
 */
export class LabelMemo {
  readonly #timed: Condition;
  #now: AtInstant;
  #byType = new Map<string, (Cells | undefined)[]>();
  #count = 0;

  constructor(condition: Condition) {
    this.#timed = condition;
    // An empty interval: the first use fixes the instant.
    this.#now = { condition, from: Infinity, until: -Infinity };
  }

  /** What is left to ask of the residual and the actor; a constant for most rows. */
  remainder(row: RowFacts, nowMs: number): Condition {
    if (nowMs < this.#now.from || nowMs >= this.#now.until) this.#start(nowMs);
    // Ranks start at -1, not yet labelled.
    const found = this.#byType.get(row.type)?.[row.confidentiality + 1]?.get(row.sensitivity);
    return found ?? this.#fill(row);
  }

  // A consent starts or ends without a write: beyond the interval everything is decided anew.
  #start(nowMs: number): void {
    this.#now = atInstant(this.#timed, nowMs);
    this.#byType = new Map();
    this.#count = 0;
  }

  #fill(row: RowFacts): Condition {
    if (++this.#count > MAX_MEMO_CELLS) {
      this.#byType = new Map();
      this.#count = 1;
    }
    const ranks = this.#byType.get(row.type) ?? [];
    this.#byType.set(row.type, ranks);
    const cells = ranks[row.confidentiality + 1] ?? new Map<bigint, Condition>();
    ranks[row.confidentiality + 1] = cells;
    const condition = forLabels(this.#now.condition, row);
    cells.set(row.sensitivity, condition);
    return condition;
  }
}
