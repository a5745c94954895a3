/** How many calls a back end is given at once. */
export interface AdaptiveLimits {
  readonly least: number;
  readonly most: number;
  readonly first: number;
  /** Calls that may wait over there: below the first number the limit grows, above the second it shrinks. */
  readonly queue: { readonly from: number; readonly to: number };
  /** After a refusal or a deadline that passed. */
  readonly backOff: number;
}

export const adaptiveLimits: AdaptiveLimits = {
  ...{ least: 1, most: 64, first: 4 },
  queue: { from: 1, to: 3 },
  backOff: 0.9,
};

export interface AdaptiveLimit {
  readonly limit: number;
  /** What a call takes that waits for none, and what one takes of late, milliseconds; null at first. */
  readonly leastMs: number | null;
  readonly shortMs: number | null;
}

export const freshLimit = ({ first }: AdaptiveLimits): AdaptiveLimit => ({
  ...{ limit: first, leastMs: null, shortMs: null },
});

const SHORT_WEIGHT = 0.1;
/** The least is forgotten by and by: what was fast once may have become slower for good. */
const FORGETS = 1.00002;

/**
 * After an answer: of `limit` calls at once, `limit (1 - least / short)` wait over there (Brakmo and
 * Peterson 1995, TCP Vegas). Grows while hardly any do and the limit is in use, shrinks where more do.
 */
export function afterAnswerIn(
  now: AdaptiveLimit,
  { latencyMs, inFlight }: { readonly latencyMs: number; readonly inFlight: number },
  limits: AdaptiveLimits,
): AdaptiveLimit {
  const leastMs = Math.min((now.leastMs ?? latencyMs) * FORGETS, latencyMs);
  const short = now.shortMs ?? latencyMs;
  const shortMs = short + SHORT_WEIGHT * (latencyMs - short);
  const waiting = now.limit * (1 - leastMs / Math.max(shortMs, leastMs, 0.001));
  const isUsed = inFlight * 2 >= now.limit;
  const step = waiting > limits.queue.to ? -1 : waiting < limits.queue.from && isUsed ? 1 : 0;
  // One step in a round of calls, not in a call.
  return { limit: clampedTo(now.limit + step / now.limit, limits), leastMs, shortMs };
}

/** After a refusal, or a call that came too late. */
export function afterRefusal(now: AdaptiveLimit, limits: AdaptiveLimits): AdaptiveLimit {
  return { ...now, limit: clampedTo(now.limit * limits.backOff, limits) };
}

const clampedTo = (limit: number, { least, most }: AdaptiveLimits): number =>
  Math.min(most, Math.max(least, limit));
