/** When a second back end is asked the same, for what is critical. */
export interface HedgeLimits {
  /** Of calls, that may be asked twice. */
  readonly budgetShare: number;
  /** Busier than this, a second call would only make the queue longer. */
  readonly utilisationMax: number;
  readonly samples: number;
}

export const hedgeLimits: HedgeLimits = { budgetShare: 0.02, utilisationMax: 0.7, samples: 50 };

export interface HedgeState {
  /** The newest latencies, milliseconds. */
  readonly latencyMs: readonly number[];
  readonly calls: number;
  readonly hedged: number;
}

export const freshHedge: HedgeState = { latencyMs: [], calls: 0, hedged: 0 };

const WINDOW = 200;
const LATE = 0.95;

export function afterCall(
  state: HedgeState,
  { latencyMs, wasHedged }: { readonly latencyMs: number; readonly wasHedged: boolean },
): HedgeState {
  return {
    latencyMs: [...state.latencyMs.slice(1 - WINDOW), latencyMs],
    calls: state.calls + 1,
    hedged: state.hedged + Number(wasHedged),
  };
}

/**
 * After how long the second one is asked (Dean and Barroso 2013: past the 95th percentile); null: not
 * at all, as it is not critical, too little is known, the budget is used up, or all are busy.
 */
export function hedgeAfterMs(
  state: HedgeState,
  { tier, utilisation }: { readonly tier: number; readonly utilisation: number },
  limits: HedgeLimits = hedgeLimits,
): number | null {
  if (tier !== 0 || utilisation > limits.utilisationMax) return null;
  if (state.latencyMs.length < limits.samples) return null;
  if (state.hedged + 1 > limits.budgetShare * (state.calls + 1)) return null;
  const sorted = state.latencyMs.toSorted((a, b) => a - b);
  return sorted[Math.floor(LATE * (sorted.length - 1))] ?? null;
}
