import { CARE_NOW_CALM, CARE_NOW_PRESSED, CARE_NOW_WINDOW, WINDOW_ANSWERS } from './limits.ts';

/**
 * How many slots everything below care-now may hold: fewer while care-now is slower than it should
 * be, more again once it is not. So the others pay for its latency, and only when there is need.
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

  observe(careNow: boolean, slowness: number): void {
    if (careNow) {
      this.#slowness += slowness;
      this.#careNow += 1;
      if (this.#careNow >= CARE_NOW_WINDOW) this.#reconsider();
    } else {
      this.#others += 1;
      if (this.#others >= WINDOW_ANSWERS && this.#careNow === 0) this.#move(1);
    }
  }

  #reconsider(): void {
    const slowness = this.#slowness / this.#careNow;
    if (slowness > CARE_NOW_PRESSED) this.#move(-1);
    else this.#move(slowness < CARE_NOW_CALM ? 1 : 0);
  }

  #move(by: -1 | 0 | 1): void {
    this.#value = Math.min(this.#most, Math.max(1, this.#value + by));
    this.#slowness = 0;
    this.#careNow = 0;
    this.#others = 0;
  }
}
