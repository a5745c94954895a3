/** Instants `[from, until)` in ms since 1970. */
export interface Period {
  readonly from: number;
  readonly until: number;
}

/** Where a page ended: a record's time (RFC 3339) and id. */
export interface RecordPosition {
  readonly recorded: string;
  readonly auditId: string;
}

/** One look at the log, newest first. */
export interface Slice extends Period {
  /** Records strictly before this one. */
  readonly after: RecordPosition | null;
}

const FIRST_WIDTH_MS = 1_000;
const LEAST_WIDTH_MS = 50;
const STRIDE = 4;

/**
 * Goes back through a period in slices of time, wider where little is found and narrower where much
 * is: records have no index over time alone, only one that finds a period, so that a slice costs what
 * is in it. Visits each record once, in order; at most log4 of the period's length are empty.
 */
export class SliceWalk {
  readonly #from: number;
  #until: number;
  #width: number;
  #after: RecordPosition | null;

  /** @param wholeAtOnce where an index gives the order: one slice as wide as the period */
  constructor(
    { from, until }: Period,
    {
      after,
      wholeAtOnce,
    }: { readonly after: RecordPosition | null; readonly wholeAtOnce: boolean },
  ) {
    this.#from = from;
    this.#until = after === null ? until : Math.min(until, Date.parse(after.recorded) + 1);
    this.#width = wholeAtOnce ? Number.POSITIVE_INFINITY : FIRST_WIDTH_MS;
    this.#after = after;
  }

  /** The next slice to look at; null at the period's beginning. */
  next(): Slice | null {
    if (this.#until <= this.#from) return null;
    const from = Math.max(this.#from, this.#until - this.#width);
    return { from, until: this.#until, after: this.#after };
  }

  /**
   * Says what the slice held.
   * @param last the last record that was read of it, where there may be more in it
   */
  found(slice: Slice, last: RecordPosition | null): void {
    if (last === null) {
      this.#until = slice.from;
      this.#width *= STRIDE;
      return;
    }
    this.#after = last;
    this.#until = Date.parse(last.recorded) + 1;
    // As dense as it was: about twice what is read at a time.
    const taken = slice.until - this.#until;
    if (this.#width < Number.POSITIVE_INFINITY) this.#width = Math.max(LEAST_WIDTH_MS, 2 * taken);
  }
}
