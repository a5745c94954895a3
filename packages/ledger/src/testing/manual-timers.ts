import type { Timers } from '@holdfast/kernel';
import type { FakeClock } from '@holdfast/testkit';

/** Timers that fire when the test says so, in step with a fake clock. */
export class ManualTimers implements Timers {
  readonly #clock: FakeClock;
  readonly #waiting = new Set<{ readonly at: number; readonly run: () => void }>();

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#clock.monotonicMs() + delayMs, run };
    this.#waiting.add(timer);
    return () => this.#waiting.delete(timer);
  }

  /** How many wait: 0 = whoever uses these sleeps until it is woken. */
  get armed(): number {
    return this.#waiting.size;
  }

  /** Moves the clock to the earliest timer and fires it. */
  fireNext(): void {
    const [next] = [...this.#waiting].sort((a, b) => a.at - b.at);
    if (next === undefined) throw new Error('no timer is armed');
    this.#waiting.delete(next);
    this.#clock.advance(Math.max(0, next.at - this.#clock.monotonicMs()));
    next.run();
  }
}
