import {
  REFUSAL_BURST,
  REFUSAL_HELD_MOST_MS,
  REFUSAL_HELD_PART,
  REFUSALS_PER_SECOND,
} from './limits.ts';

const EVERY_MS = 1_000 / REFUSALS_PER_SECOND;

/** Steps of the golden ratio fall evenly into an interval, however many there are (Weyl). */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * How long the answer to a refused request is held. A caller that asks again as soon as it is refused
 * costs the server a request each time: a few thousand of them a second leave no time to serve anybody
 * (congestion collapse). What is told to come back in a second is told so within that second, at a
 * rate that costs next to nothing; who is refused now and then is told at once. A crowd beyond that
 * rate is told at times spread over half of that second: told all at once, it would come back at once,
 * wave after wave, and whoever is served would wait behind each.
 */
export class RefusalPace {
  #nextMs = Number.NEGATIVE_INFINITY;
  #spread = 0;

  /** @returns milliseconds from `nowMs` until the answer goes out, at most REFUSAL_HELD_MOST_MS */
  hold(nowMs: number): number {
    const earliestMs = Math.max(this.#nextMs, nowMs - REFUSAL_BURST * EVERY_MS);
    const dueMs = earliestMs + EVERY_MS;
    if (dueMs <= nowMs + REFUSAL_HELD_MOST_MS) {
      this.#nextMs = dueMs;
      return Math.max(0, dueMs - nowMs);
    }
    this.#spread = (this.#spread + GOLDEN) % 1;
    return REFUSAL_HELD_MOST_MS * (1 - this.#spread * REFUSAL_HELD_PART);
  }
}
