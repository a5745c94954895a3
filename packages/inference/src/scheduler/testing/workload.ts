import type { Tier } from '../../clinical/tier.ts';

/** One arrival; instants and durations in virtual milliseconds. */
export interface Arrival {
  readonly id: string;
  readonly tenant: number;
  readonly tier: Tier;
  readonly atMs: number;
  readonly runMs: number;
  readonly deadlineMs: number;
}

/** A small seeded generator: the same seed gives the same workload on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const CLASSES: readonly { share: number; runMs: number; deadlineMs: number }[] = [
  { share: 0.05, runMs: 20, deadlineMs: 100 },
  { share: 0.15, runMs: 40, deadlineMs: 500 },
  { share: 0.4, runMs: 60, deadlineMs: 2_000 },
  { share: 0.4, runMs: 200, deadlineMs: 60_000 },
];
const MEAN_RUN_MS = CLASSES.reduce((sum, { share, runMs }) => sum + share * runMs, 0);

function drawTier(point: number): Tier {
  if (point < 0.05) return 0;
  if (point < 0.2) return 1;
  return point < 0.6 ? 2 : 3;
}

/**
 * Poisson arrivals, 5/15/40/40 % of tiers 0 to 3 with runs of 20/40/60/200 ms (plus or minus a
 * tenth), at `load` times what the slots can do.
 */
export function workload(options: {
  readonly seed: number;
  readonly load: number;
  readonly slots: number;
  readonly arrivals: number;
  readonly tenants?: number;
}): Arrival[] {
  const random = seeded(options.seed);
  const gapMs = MEAN_RUN_MS / (options.load * options.slots);
  let atMs = 0;
  return Array.from({ length: options.arrivals }, (_, i) => {
    atMs += -Math.log(1 - random()) * gapMs;
    const tier = drawTier(random());
    const row = CLASSES[tier] ?? { runMs: 0, deadlineMs: 0 };
    const runMs = row.runMs * (0.9 + 0.2 * random());
    const tenant = 1 + Math.floor(random() * (options.tenants ?? 1));
    return { id: `${i}`, tenant, tier, atMs, runMs, deadlineMs: atMs + row.deadlineMs };
  });
}
