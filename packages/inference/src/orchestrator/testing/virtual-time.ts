import type { Clock, Timers } from '@holdfast/kernel';

const START = Date.parse('2026-11-24T12:00:00Z');

/** A clock that moves when told, and wakes what was set on the way. */
export class VirtualTime implements Clock, Timers {
  #nowMs = 0;
  readonly #alarms = new Set<{ readonly atMs: number; readonly wake: () => void }>();

  now(): Date {
    return new Date(START + this.#nowMs);
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, wake: () => void): () => void {
    const alarm = { atMs: this.#nowMs + delayMs, wake };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  get armed(): number {
    return this.#alarms.size;
  }

  /** Moves on, letting promises settle between alarms. */
  async pass(ms: number): Promise<void> {
    const until = this.#nowMs + ms;
    await settled();
    for (;;) {
      const [next] = [...this.#alarms].toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined || next.atMs > until) break;
      this.#alarms.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      await settled();
    }
    this.#nowMs = until;
  }
}

/** Lets every promise that can settle do so. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
