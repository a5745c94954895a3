import type { Tier } from '../clinical/tier.ts';

/** Learned: a batch of `n` takes `fixedMs + n eachMs`. */
export interface BatchCost {
  readonly fixedMs: number;
  readonly eachMs: number;
  /** Weighted sums of n, t, n^2, n t and of the weights themselves. */
  readonly sums: readonly [n: number, t: number, nn: number, nt: number, weight: number];
}

export const assumedBatchCost: BatchCost = {
  ...{ fixedMs: 1, eachMs: 0.2, sums: [0, 0, 0, 0, 0] },
};

/** About the last fifty batches count. */
const FADES = 0.98;

/** Least squares over what was measured, the newest most. Never below 0: a batch takes no time back. */
export function afterBatch(
  { sums, eachMs, fixedMs }: BatchCost,
  { size, durationMs }: { readonly size: number; readonly durationMs: number },
): BatchCost {
  const [n, t, nn, nt, w] = sums;
  const next = [
    FADES * n + size,
    FADES * t + durationMs,
    FADES * nn + size * size,
    FADES * nt + size * durationMs,
    FADES * w + 1,
  ] as const;
  const [sn, st, snn, snt, sw] = next;
  const spread = sw * snn - sn * sn;
  // Batches of one size tell their cost, but not how it divides.
  if (spread < 1e-6 * sw * snn) {
    const scale = st / sw / Math.max(1e-9, fixedMs + eachMs * (sn / sw));
    return { fixedMs: fixedMs * scale, eachMs: eachMs * scale, sums: next };
  }
  const slope = Math.max(0, (sw * snt - sn * st) / spread);
  return { eachMs: slope, fixedMs: Math.max(0, (st - slope * sn) / sw), sums: next };
}

export const batchMs = ({ fixedMs, eachMs }: BatchCost, size: number): number =>
  fixedMs + size * eachMs;

/** One that waits to be joined; instants are monotonic milliseconds. */
export interface Joining {
  readonly tier: Tier;
  readonly sinceMs: number;
  readonly deadlineMs: number;
}

export interface BatchLimits {
  readonly sizeMax: number;
  /** Longest that one waits for others, by tier: what is critical joins, and never waits. */
  readonly waitMs: Readonly<Record<Tier, number>>;
}

export const batchLimits: BatchLimits = { sizeMax: 32, waitMs: { 0: 0, 1: 2, 2: 10, 3: 100 } };

/** A batch is as urgent as its most urgent member. */
export const tierOfBatch = (members: readonly Joining[]): Tier =>
  members.reduce<Tier>((most, { tier }) => (tier < most ? tier : most), 3);

/**
 * When the batch has to go, whichever comes first: it is full, a member has waited long enough, or a
 * member's deadline leaves no more than the batch takes. Null: there is nobody.
 */
export function flushAtMs(
  members: readonly Joining[],
  cost: BatchCost,
  limits: BatchLimits = batchLimits,
): number | null {
  if (members.length === 0) return null;
  if (members.length >= limits.sizeMax) return Number.NEGATIVE_INFINITY;
  // One more may come before it goes.
  const takesMs = batchMs(cost, members.length + 1);
  return Math.min(
    ...members.map(({ tier, sinceMs, deadlineMs }) =>
      Math.min(sinceMs + limits.waitMs[tier], deadlineMs - takesMs),
    ),
  );
}
