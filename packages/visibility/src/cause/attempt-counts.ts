import type { Observations, ObservedRow } from './observation.ts';

/** What is known of one attempt. Values come from closed lists: never an id, never free text. */
export interface Attempt {
  /** The part of the platform that answered, e.g. `records`. */
  component: string;
  /** E.g. `read`, `score`. */
  operation: string;
  /** Type of the resource, or the pipeline. */
  subject: string;
  /** Role of who asked. */
  caller: string;
  /** What it could not be answered without, e.g. `postgres`. */
  dependency: string;
  /** Clinical tier. */
  tier: string;
}

/** Attributes with the bits of their codes: 30 in all, a small integer of the engine. */
const BITS: Readonly<Record<keyof Attempt, number>> = {
  component: 4,
  operation: 5,
  subject: 9,
  caller: 5,
  dependency: 4,
  tier: 3,
};
const ATTRIBUTES = Object.keys(BITS) as readonly (keyof Attempt)[];

/** What an operator can mend stands before who noticed it. */
const NAMED_FIRST: readonly (keyof Attempt)[] = ['dependency', 'component', 'subject'];

export interface AttemptLimits {
  /** Different attempts that are told apart. */
  readonly attemptLeaves: number;
  readonly attemptSlots: number;
  readonly attemptSlotMs: number;
}

/** From when to when attempts count as the incident, in milliseconds of the monotonic clock. */
export interface AttemptWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * Attempts that failed and succeeded, counted by their attributes and by time in memory of a fixed
 * size. Counting allocates nothing once the attempt's attributes have been met.
 */
export class AttemptCounts {
  readonly #limits: AttemptLimits;
  /** Code 0 is "none"; the last code of each attribute is "others", should there be too many. */
  readonly #codes = ATTRIBUTES.map(() => new Map<string, number>([['', 0]]));
  readonly #leafOf = new Map<number, number>();
  readonly #keys: Int32Array;
  /** By slot, then by leaf. */
  readonly #failed: Uint32Array;
  readonly #total: Uint32Array;
  /** Which stretch of time a slot holds; -1 = none yet. */
  readonly #heldAt: Float64Array;
  #uncounted = 0;

  constructor(limits: AttemptLimits) {
    this.#limits = limits;
    const cells = limits.attemptLeaves * limits.attemptSlots;
    this.#keys = new Int32Array(limits.attemptLeaves);
    this.#failed = new Uint32Array(cells);
    this.#total = new Uint32Array(cells);
    this.#heldAt = new Float64Array(limits.attemptSlots).fill(-1);
  }

  /** Attempts that had no place among those told apart. */
  get uncounted(): number {
    return this.#uncounted;
  }

  /** @param attempt read at once: the caller may use one object for all */
  count(attempt: Readonly<Attempt>, hasFailed: boolean, nowMs: number): void {
    let key = 0;
    for (let at = 0; at < ATTRIBUTES.length; at++) {
      const name = ATTRIBUTES[at];
      if (name !== undefined) key = (key << BITS[name]) | this.#codeOf(at, attempt[name]);
    }
    const leaf = this.#leafOf.get(key) ?? this.#newLeaf(key);
    if (leaf < 0) {
      this.#uncounted += 1;
      return;
    }
    const cell = this.#slotAt(nowMs) * this.#limits.attemptLeaves + leaf;
    this.#total[cell] = (this.#total[cell] ?? 0) + 1;
    if (hasFailed) this.#failed[cell] = (this.#failed[cell] ?? 0) + 1;
  }

  /** What was counted in the window, beside what is kept of the time before it. */
  observations({ fromMs, untilMs }: AttemptWindow): Observations {
    const { attemptLeaves, attemptSlotMs } = this.#limits;
    const [from, until] = [Math.floor(fromMs / attemptSlotMs), Math.floor(untilMs / attemptSlotMs)];
    const rows: ObservedRow[] = [];
    const hasBefore = this.#heldAt.some((at) => at >= 0 && at < from);
    for (let leaf = 0; leaf < this.#leafOf.size; leaf++) {
      const [now, before] = [
        { failed: 0, succeeded: 0 },
        { failed: 0, succeeded: 0 },
      ];
      for (const [slot, at] of this.#heldAt.entries()) {
        if (at < 0 || at > until) continue;
        const cell = slot * attemptLeaves + leaf;
        const failed = this.#failed[cell] ?? 0;
        const sum = at < from ? before : now;
        sum.failed += failed;
        sum.succeeded += (this.#total[cell] ?? 0) - failed;
      }
      if (now.failed + now.succeeded === 0) continue;
      const values = this.#valuesOf(this.#keys[leaf] ?? 0);
      rows.push({ values, ...now, ...(hasBefore && { usual: before }) });
    }
    return { attributes: ATTRIBUTES, rows, first: NAMED_FIRST };
  }

  #codeOf(at: number, value: string): number {
    const codes = this.#codes[at];
    const name = ATTRIBUTES[at];
    if (codes === undefined || name === undefined) return 0;
    const known = codes.get(value);
    if (known !== undefined) return known;
    const last = 2 ** BITS[name] - 1;
    if (codes.size >= last) return last;
    codes.set(value, codes.size);
    return codes.size - 1;
  }

  #newLeaf(key: number): number {
    const leaf = this.#leafOf.size;
    if (leaf >= this.#limits.attemptLeaves) return -1;
    this.#leafOf.set(key, leaf);
    this.#keys[leaf] = key;
    return leaf;
  }

  #slotAt(nowMs: number): number {
    const at = Math.floor(nowMs / this.#limits.attemptSlotMs);
    const slot = at % this.#limits.attemptSlots;
    if (this.#heldAt[slot] !== at) {
      const first = slot * this.#limits.attemptLeaves;
      this.#failed.fill(0, first, first + this.#limits.attemptLeaves);
      this.#total.fill(0, first, first + this.#limits.attemptLeaves);
      this.#heldAt[slot] = at;
    }
    return slot;
  }

  #valuesOf(key: number): string[] {
    const values: string[] = [];
    let left = key;
    for (let at = ATTRIBUTES.length - 1; at >= 0; at--) {
      const name = ATTRIBUTES[at];
      if (name === undefined) continue;
      const code = left & (2 ** BITS[name] - 1);
      left >>>= BITS[name];
      values.unshift(code === 2 ** BITS[name] - 1 ? 'others' : this.#nameOf(at, code));
    }
    return values;
  }

  #nameOf(at: number, code: number): string {
    for (const [value, own] of this.#codes[at] ?? []) if (own === code) return value;
    return '';
  }
}
