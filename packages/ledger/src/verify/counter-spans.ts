/** Numbers without a gap between them, both ends included. */
interface Span {
  readonly from: number;
  to: number;
  /** When its first number was logged, ms since 1970: the hole below it was drawn before. */
  readonly atMs: number;
}

/** A hole in the numbers of a producer, both ends included, and when the number above it was logged. */
export interface Hole {
  readonly from: number;
  readonly to: number;
  readonly aboveMs: number;
}

/** The numbers seen of one producer, in ascending spans: as much memory as there are holes. */
export class CounterSpans {
  readonly #spans: Span[] = [];

  add(n: number, atMs: number): void {
    const at = this.#firstAbove(n);
    const below = this.#spans[at - 1];
    if (below !== undefined && n <= below.to) return;
    const above = this.#spans[at];
    if (below?.to === n - 1) {
      below.to = n;
      if (above?.from !== n + 1) return;
      below.to = above.to;
      this.#spans.splice(at, 1);
    } else if (above?.from === n + 1) {
      this.#spans[at] = { from: n, to: above.to, atMs };
    } else {
      this.#spans.splice(at, 0, { from: n, to: n, atMs });
    }
  }

  has(n: number): boolean {
    const below = this.#spans[this.#firstAbove(n) - 1];
    return below !== undefined && n <= below.to;
  }

  /** How many there are, one below the first number included. */
  get holeCount(): number {
    return this.#spans.length - (this.#spans[0]?.from === 0 ? 1 : 0);
  }

  holes(): Hole[] {
    return this.#spans.flatMap(({ from, atMs }, at) => {
      const after = (this.#spans[at - 1]?.to ?? -1) + 1;
      return after < from ? [{ from: after, to: from - 1, aboveMs: atMs }] : [];
    });
  }

  /** Fills the lowest hole, so that nothing is said of it again. */
  closeLowest(): Hole | undefined {
    const [first, second] = this.#spans;
    if (first === undefined) return undefined;
    if (first.from > 0) {
      this.#spans[0] = { ...first, from: 0 };
      return { from: 0, to: first.from - 1, aboveMs: first.atMs };
    }
    if (second === undefined) return undefined;
    this.#spans.splice(0, 2, { ...first, to: second.to });
    return { from: first.to + 1, to: second.from - 1, aboveMs: second.atMs };
  }

  /** Index of the first span that begins above n. */
  #firstAbove(n: number): number {
    let [low, high] = [0, this.#spans.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#spans[middle]?.from ?? 0) > n) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
