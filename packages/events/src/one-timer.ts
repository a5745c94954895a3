import type { Timers } from '@holdfast/kernel';

/** One timer of one purpose: arming it anew takes the place of what it was armed for. */
export class OneTimer {
  readonly #timers: Timers;
  #cancel: (() => void) | null = null;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  get armed(): boolean {
    return this.#cancel !== null;
  }

  arm(delayMs: number, run: () => void): void {
    this.cancel();
    this.#cancel = this.#timers.after(delayMs, () => {
      this.#cancel = null;
      run();
    });
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
