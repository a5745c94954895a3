import { z } from 'zod';
import { RATE_SECONDS } from './limits.ts';
import { Count, Milliseconds } from './primitives.ts';

/** Sixty whole seconds, oldest first; the running second is not among them. */
const RateSeries = z.array(Count).length(RATE_SECONDS);

/** What became of a request, by the status of its answer. */
export const RequestOutcomeCounts = z
  .strictObject({
    succeeded: Count,
    denied: Count,
    notFound: Count,
    conflicted: Count,
    throttled: Count,
    invalid: Count,
    failed: Count,
  })
  .meta({ id: 'RequestOutcomeCounts' });
export type RequestOutcomeCounts = z.infer<typeof RequestOutcomeCounts>;
export type RequestOutcome = keyof RequestOutcomeCounts;

/**
 * Sorts an HTTP status into its outcome. A read hidden by consent answers 404 like one that never
 * existed, so it counts as `notFound` here and as a denial in `decisions.denied`.
 */
export function requestOutcomeOf(status: number): RequestOutcome {
  if (status >= 500) return 'failed';
  if (status === 401 || status === 403) return 'denied';
  if (status === 404 || status === 410) return 'notFound';
  if (status === 409 || status === 412) return 'conflicted';
  if (status === 429) return 'throttled';
  return status >= 400 ? 'invalid' : 'succeeded';
}

/** Requests since the process started; health checks and this surface's own reads are not counted. */
export const RequestFigures = z
  .strictObject({
    total: Count,
    /** Answered 401 or 403, or hidden by a consent decision. */
    denied: Count,
    /** Answered 5xx. */
    failed: Count,
    inFlight: Count,
    perSecond: RateSeries,
    deniedPerSecond: RateSeries,
    failedPerSecond: RateSeries,
    /** Over the last minute; null before the first request of that minute. */
    p50Ms: Milliseconds.nullable(),
    p99Ms: Milliseconds.nullable(),
    byOutcome: RequestOutcomeCounts,
  })
  .meta({ id: 'RequestFigures' });
export type RequestFigures = z.infer<typeof RequestFigures>;
