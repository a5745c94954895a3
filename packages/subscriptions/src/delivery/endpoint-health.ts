import { backoffMs } from '@holdfast/events';
import type { Random } from '@holdfast/kernel';
import { SUBSCRIPTION_LIMITS } from '../limits.ts';

/** Whether something may be sent to an origin now, and if not, in how many ms to ask again. */
export type Permission =
  | { readonly kind: 'go' }
  | { readonly kind: 'wait'; readonly ms: number }
  /** Until a delivery under way to that origin has ended. */
  | { readonly kind: 'full' };

interface Health {
  failures: number;
  /** A probe may be made from then on; 0 while the breaker is closed. */
  openUntilMs: number;
  probing: boolean;
  underWay: number;
  /** Deliveries that may go at once, refilled at `deliveriesPerSecond`. */
  tokens: number;
  refilledMs: number;
}

const RATE = SUBSCRIPTION_LIMITS.deliveriesPerSecond;

function refill(health: Health, nowMs: number): void {
  const due = ((nowMs - health.refilledMs) * RATE) / 1_000;
  health.tokens = Math.min(RATE, health.tokens + due);
  health.refilledMs = nowMs;
}

/**
 * Breaker, rate and bulkhead of every origin: a receiver that is dead, slow or small costs its own
 * subscriptions time, and nobody else's. Times are monotonic milliseconds.
 */
export class EndpointHealth {
  readonly #random: Random;
  readonly #origins = new Map<string, Health>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Asks for one delivery; `go` takes its place, which `ended` gives back. */
  begin(origin: string, nowMs: number): Permission {
    const health = this.#of(origin, nowMs);
    if (health.openUntilMs > 0) {
      if (health.probing) return { kind: 'full' };
      if (nowMs < health.openUntilMs) return { kind: 'wait', ms: health.openUntilMs - nowMs };
      health.probing = true;
    } else if (health.underWay >= SUBSCRIPTION_LIMITS.deliveriesPerOrigin) {
      return { kind: 'full' };
    }
    refill(health, nowMs);
    if (health.tokens < 1) {
      health.probing = false;
      return { kind: 'wait', ms: Math.ceil(((1 - health.tokens) * 1_000) / RATE) };
    }
    health.tokens -= 1;
    health.underWay += 1;
    return { kind: 'go' };
  }

  ended(origin: string, succeeded: boolean, nowMs: number): void {
    const health = this.#of(origin, nowMs);
    health.underWay -= 1;
    health.probing = false;
    health.failures = succeeded ? 0 : health.failures + 1;
    const over = health.failures - SUBSCRIPTION_LIMITS.failuresUntilOpen;
    health.openUntilMs = over < 0 ? 0 : nowMs + pauseMs(over + 1, this.#random);
    refill(health, nowMs);
    // Nothing is left to remember.
    const asNew = health.failures === 0 && health.underWay === 0 && health.tokens >= RATE;
    if (asNew) this.#origins.delete(origin);
  }

  isOpen(origin: string): boolean {
    return (this.#origins.get(origin)?.openUntilMs ?? 0) > 0;
  }

  #of(origin: string, nowMs: number): Health {
    const known = this.#origins.get(origin);
    if (known !== undefined) return known;
    const made = {
      failures: 0,
      openUntilMs: 0,
      probing: false,
      underWay: 0,
      tokens: RATE,
      refilledMs: nowMs,
    };
    this.#origins.set(origin, made);
    return made;
  }
}

/** @param failures in a row, from 1 */
export function pauseMs(failures: number, random: Random): number {
  const { retryFirstMs, retryLastMs } = SUBSCRIPTION_LIMITS;
  return backoffMs(failures, { firstDelayMs: retryFirstMs, maxDelayMs: retryLastMs }, random);
}
