import { REFUSAL_BURST, REFUSAL_HELD_MOST_MS, REFUSALS_PER_SECOND } from './limits.ts';

const EVERY_MS = 1_000 / REFUSALS_PER_SECOND;

/**
 * How long the answer to a refused request is held. A caller that asks again as soon as it is refused
 * costs the server a request each time: a few thousand of them a second leave no time to serve anybody
 * (congestion collapse). What is told to come back in a second is told so within that second, at a
 * rate that costs next to nothing; who is refused now and then is told at once.
 */
export class RefusalPace {
  #nextMs = Number.NEGATIVE_INFINITY;

  /** @returns milliseconds from `nowMs` until the answer goes out, at most REFUSAL_HELD_MOST_MS */
  hold(nowMs: number): number {
    const earliestMs = Math.max(this.#nextMs, nowMs - REFUSAL_BURST * EVERY_MS);
    const dueMs = Math.min(earliestMs + EVERY_MS, nowMs + REFUSAL_HELD_MOST_MS);
    this.#nextMs = dueMs;
    return Math.max(0, dueMs - nowMs);
  }
}
