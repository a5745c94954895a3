import type { Timers } from '@holdfast/kernel';

/** Timers that run when a test says so. */
export class ManualTimers implements Timers {
  readonly #armed: { readonly delayMs: number; readonly run: () => void }[] = [];

  after(delayMs: number, run: () => void): () => void {
    const timer = { delayMs, run };
    this.#armed.push(timer);
    return () => {
      const at = this.#armed.indexOf(timer);
      if (at >= 0) this.#armed.splice(at, 1);
    };
  }

  get armed(): number {
    return this.#armed.length;
  }

  /** Lets the earliest one fire. */
  fire(): void {
    const next = this.#armed.shift();
    if (next === undefined) throw new Error('no timer is armed');
    next.run();
  }
}
