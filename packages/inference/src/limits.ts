import type { Tier } from './clinical/tier.ts';

export interface TierLimits {
  /** Work of the tier that may wait; beyond it the arrival is degraded or refused. */
  readonly waiting: number;
  /** Of that, what one tenant may hold. */
  readonly waitingPerTenant: number;
  /**
   * Waiting this long promotes by one tier at half of it and to the front of tier 1 at all of it;
   * null: never. Milliseconds.
   */
  readonly waitCapMs: number | null;
  /** Share of all slot time that it gets while it waits, whatever is more urgent but tier 0. */
  readonly floorShare: number;
  /** In-process answers a second for work the queue can't take; null: no bound. */
  readonly degradedPerSecond: number | null;
}

export interface SchedulerLimits {
  /** Runs at once. */
  readonly slots: number;
  /**
   * Slots that tiers 1 to 3 may not occupy: as many as leave no more than `waitShare` of the
   * tier-0 arrivals of late waiting (Erlang C), between `least` and `most`.
   */
  readonly reserve: { readonly least: number; readonly most: number; readonly waitShare: number };
  /** Share of a tenant beside the others where it is not 1; above 0. */
  readonly tenantWeights: ReadonlyMap<number, number>;
  readonly tiers: Readonly<Record<Tier, TierLimits>>;
  /**
   * Share of slot time that may be thrown away by stopping lower tiers for tier 0; 0 = never
   * stop running work.
   */
  readonly preemptedShare: number;
  /** A chunk that is this near its boundary is waited for instead of stopped. */
  readonly boundaryWaitMs: number;
  /** Unused preemption budget that may be kept, as seconds of it. */
  readonly preemptedBurstSeconds: number;
  /** Retry hint of a refusal. */
  readonly retryAfterMs: number;
}

/**
 * Waits: a radiology worklist that only sorts by urgency lengthened the longest wait by half;
 * the cap is what took it back, so it is a safety feature. Queues: ten seconds of work at two
 * slots and 0.5 ms a score would be 40,000; these stay below what a process holds in memory at
 * 1 kB a piece. Degraded answers cost the serving thread about 20 us each: 500 a second is 1 %.
 */
export const schedulerLimits: SchedulerLimits = {
  slots: 2,
  // The children can't be stopped without loss, so tier 0 needs room of its own.
  reserve: { least: 1, most: 1, waitShare: 0.01 },
  tenantWeights: new Map(),
  tiers: {
    // Tier 0 is never refused: beyond its queue it is answered in process.
    0: {
      waiting: 1_000,
      waitingPerTenant: 500,
      waitCapMs: null,
      floorShare: 0,
      degradedPerSecond: null,
    },
    1: {
      waiting: 2_000,
      waitingPerTenant: 1_000,
      waitCapMs: 5_000,
      floorShare: 0,
      degradedPerSecond: 500,
    },
    2: {
      waiting: 5_000,
      waitingPerTenant: 2_500,
      waitCapMs: 60_000,
      floorShare: 0.1,
      degradedPerSecond: 100,
    },
    3: {
      waiting: 10_000,
      waitingPerTenant: 5_000,
      waitCapMs: 86_400_000,
      floorShare: 0.02,
      degradedPerSecond: 0,
    },
  },
  // Killing a child costs 0.8 s of its slot, a deterministic score takes less than 1 ms.
  preemptedShare: 0,
  boundaryWaitMs: 1,
  preemptedBurstSeconds: 10,
  retryAfterMs: 1_000,
};

/** Where the share of tier 0 among a tenant's arrivals becomes an alarm. */
export interface TierInflationLimits {
  /** Arrivals that are looked at. */
  readonly window: number;
  /** Fewer than this tell nothing. */
  readonly least: number;
  readonly raiseAt: number;
  /** The alarm is over below this. */
  readonly overAt: number;
  /** So long the share has to stay up. */
  readonly lastsMs: number;
}

/**
 * A tenth is twice what the capacity is planned for. 50 arrivals of which 5 are critical may be
 * chance; below 50 it nearly always is. What is critical is taken first, so that each backlog, of an
 * import or of a first start, begins with nothing else: ten minutes are past the rest of one.
 */
export const tierInflationLimits: TierInflationLimits = {
  window: 500,
  least: 50,
  raiseAt: 0.1,
  overAt: 0.08,
  lastsMs: 10 * 60_000,
};

export interface ChildPoolLimits {
  readonly children: number;
  /** Beyond these, kept warm so that a death leaves as many as are needed. */
  readonly spares: number;
  /** Calls that may wait for a free child; beyond it `saturated`. The queue proper is the scheduler's. */
  readonly waitingCalls: number;
  /** First pause before a child is started again; doubles per death in a row. */
  readonly respawnBaseMs: number;
  readonly respawnMaxMs: number;
  /** So many deaths within the window open the breaker for the cool-down. */
  readonly deathsToOpen: number;
  readonly deathWindowMs: number;
  readonly coolDownMs: number;
  /** A child that has not reported ready, or a model loaded, by then is killed. */
  readonly startupMs: number;
  /** A model that was being loaded in so many children as they died is left alone. */
  readonly loadDeathsMax: number;
}

/** A child boots in 0.6 to 0.9 s; five deaths within 10 s are a broken build or a poison input. */
export const childPoolLimits: ChildPoolLimits = {
  children: 2,
  spares: 1,
  waitingCalls: 4,
  respawnBaseMs: 50,
  respawnMaxMs: 5_000,
  deathsToOpen: 5,
  deathWindowMs: 10_000,
  coolDownMs: 5_000,
  startupMs: 15_000,
  loadDeathsMax: 2,
};

export interface OrchestratorLimits {
  readonly scheduler: SchedulerLimits;
  /** Kept back from every deadline for the in-process answer and the way home. Milliseconds. */
  readonly fallbackReserveMs: number;
  /** Latencies a tier keeps for its percentiles. */
  readonly latencyWindow: number;
  /** Predicted cost of a run until one has been measured; tenant fairness counts in it. */
  readonly assumedCostMs: number;
}

export const orchestratorLimits: OrchestratorLimits = {
  scheduler: schedulerLimits,
  fallbackReserveMs: 25,
  latencyWindow: 512,
  assumedCostMs: 1,
};

export const pipelineLimits = {
  /**
   * What was measured longer ago is history: a score over it describes nobody's present danger. A day
   * covers charting after a shift and a device that was out of reach.
   */
  recentHours: 24,
} as const;
