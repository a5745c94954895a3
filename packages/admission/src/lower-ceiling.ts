import {
  CARE_NOW_CALM,
  CARE_NOW_PRESSED,
  CARE_NOW_WINDOW,
  GIVES_WAY,
  WINDOW_ANSWERS,
} from './limits.ts';

/**
 * How many slots everything below care-now may hold: a third fewer each time that care-now was slower
 * than it should be, one more each time that it was not (as TCP gives way: Chiu and Jain 1989). So the
 * others pay for its latency, at once, and only when there is need.
 */
export class LowerCeiling {
  #value: number;
  readonly #most: number;
  #slowness = 0;
  #careNow = 0;
  #others = 0;

  constructor(most: number) {
    this.#most = most;
    this.#value = most;
  }

  get value(): number {
    return this.#value;
  }

  /** @param concurrency slots of all classes: a ceiling above it holds nobody back */
  observe(careNow: boolean, slowness: number, concurrency: number): void {
    if (careNow) {
      this.#slowness += slowness;
      this.#careNow += 1;
      if (this.#careNow >= CARE_NOW_WINDOW) this.#reconsider(concurrency);
    } else {
      this.#others += 1;
      if (this.#others >= WINDOW_ANSWERS && this.#careNow === 0) this.#settle(this.#value + 1);
    }
  }

  #reconsider(concurrency: number): void {
    const slowness = this.#slowness / this.#careNow;
    const effective = Math.min(this.#value, concurrency);
    if (slowness > CARE_NOW_PRESSED) this.#settle(Math.floor(effective * GIVES_WAY));
    else this.#settle(slowness < CARE_NOW_CALM ? this.#value + 1 : this.#value);
  }

  #settle(value: number): void {
    this.#value = Math.min(this.#most, Math.max(1, value));
    this.#slowness = 0;
    this.#careNow = 0;
    this.#others = 0;
  }
}
