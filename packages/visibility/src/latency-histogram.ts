/** Buckets per doubling: an answer is off by at most 1/16, about 6 %. */
const STEPS = 16;
/** 2^27 microseconds, about 134 seconds: longer ones count as that. */
const DOUBLINGS = 27;

export const LATENCY_BUCKETS = (DOUBLINGS - 3) * STEPS;

/** The bucket of a duration in microseconds: exact below 16, then 16 a doubling. */
export function bucketOf(micros: number): number {
  const whole = Math.max(0, Math.floor(micros));
  if (whole < STEPS) return whole;
  const doubling = 31 - Math.clz32(Math.min(whole, 2 ** DOUBLINGS - 1));
  const within = (Math.min(whole, 2 ** DOUBLINGS - 1) >>> (doubling - 4)) - STEPS;
  return (doubling - 3) * STEPS + within;
}

/** The upper edge of a bucket, in microseconds: a quantile is never told too low. */
export function upperEdge(bucket: number): number {
  if (bucket < STEPS) return bucket + 1;
  const doubling = Math.floor(bucket / STEPS) + 3;
  return (STEPS + (bucket % STEPS) + 1) * 2 ** (doubling - 4);
}

/**
 * A quantile in milliseconds.
 *
 * @param counts per bucket
 * @param fraction in (0, 1]
 * @returns null where nothing was counted
 */
export function quantileMs(counts: Float64Array, fraction: number): number | null {
  let total = 0;
  for (const count of counts) total += count;
  if (total === 0) return null;
  const rank = Math.ceil(total * fraction);
  let seen = 0;
  for (const [bucket, count] of counts.entries()) {
    seen += count;
    if (seen >= rank) return upperEdge(bucket) / 1_000;
  }
  return null;
}
