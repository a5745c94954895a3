import type { Tier } from '../clinical/tier.ts';

/** One arrival; instants and durations in virtual milliseconds. */
export interface Arrival {
  readonly id: string;
  readonly tenant: number;
  readonly tier: Tier;
  readonly atMs: number;
  /** What it takes, known only once it has run. */
  readonly runMs: number;
  /** What is known of it beforehand: the mean of its class. */
  readonly predictedMs: number;
  readonly deadlineMs: number;
  /** It can be put aside after each such stretch without loss. */
  readonly chunkMs?: number;
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

interface WorkClass {
  /** Of all arrivals. */
  readonly share: number;
  readonly runMs: number;
  readonly deadlineMs: number;
  readonly chunkMs?: number;
  /** Worth of one answer in time, beside the others. */
  readonly weight: number;
}

/** Background work is cut into stretches as long as one tier-0 run. */
export const WORK_CLASSES: Readonly<Record<Tier, WorkClass>> = {
  0: { share: 0.05, runMs: 20, deadlineMs: 100, weight: 100 },
  1: { share: 0.15, runMs: 40, deadlineMs: 500, weight: 20 },
  2: { share: 0.4, runMs: 60, deadlineMs: 2_000, weight: 4 },
  3: { share: 0.4, runMs: 200, deadlineMs: 60_000, chunkMs: 20, weight: 1 },
};

export const TIERS = [0, 1, 2, 3] as const satisfies readonly Tier[];

const MEAN_RUN_MS = TIERS.reduce<number>(
  (sum, tier) => sum + WORK_CLASSES[tier].share * WORK_CLASSES[tier].runMs,
  0,
);

function drawTier(point: number): Tier {
  if (point < 0.05) return 0;
  if (point < 0.2) return 1;
  return point < 0.6 ? 2 : 3;
}

export interface WorkloadOptions {
  readonly seed: number;
  /** Times what the slots can do. */
  readonly load: number;
  readonly slots: number;
  readonly arrivals: number;
  readonly tenants?: number;
}

/**
 * Poisson arrivals, 5/15/40/40 % of tiers 0 to 3 with runs of 20/40/60/200 ms (plus or minus a
 * tenth), at `load` times what the slots can do.
 */
export function workload(options: WorkloadOptions): Arrival[] {
  const random = seeded(options.seed);
  const gapMs = MEAN_RUN_MS / (options.load * options.slots);
  let atMs = 0;
  return Array.from({ length: options.arrivals }, (_, i) => {
    atMs += -Math.log(1 - random()) * gapMs;
    const tier = drawTier(random());
    const { runMs: predictedMs, deadlineMs, chunkMs } = WORK_CLASSES[tier];
    const runMs = predictedMs * (0.9 + 0.2 * random());
    const tenant = 1 + Math.floor(random() * (options.tenants ?? 1));
    return {
      id: `${i}`,
      tenant,
      tier,
      atMs,
      runMs,
      predictedMs,
      deadlineMs: atMs + deadlineMs,
      ...(chunkMs === undefined ? {} : { chunkMs }),
    };
  });
}

/** Arrivals that last `seconds` of virtual time on average. */
export function arrivalsLasting(seconds: number, load: number, slots: number): number {
  return Math.round((seconds * 1_000 * load * slots) / MEAN_RUN_MS);
}
