import type { Tier } from '../clinical/tier.ts';
import type { Outcome, Simulated, Stretch } from './simulate.ts';
import { type Arrival, TIERS, WORK_CLASSES } from './workload.ts';

/** The value at or below which a share lies (nearest rank); 0 of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

export function latenciesOf(tier: Tier, outcomes: readonly Outcome[]): number[] {
  return outcomes.flatMap(({ arrival, latencyMs }) => (arrival.tier === tier ? [latencyMs] : []));
}

function inTime({ arrival, ending, latencyMs }: Outcome): boolean {
  // Sums of virtual instants round.
  return ending === 'completed' && arrival.atMs + latencyMs <= arrival.deadlineMs + 1e-6;
}

/** Of the tier's arrivals, those answered in full by their deadline. */
export function inTimeShare(
  tier: Tier,
  arrivals: readonly Arrival[],
  outcomes: readonly Outcome[],
): number {
  const met = outcomes.filter((outcome) => outcome.arrival.tier === tier && inTime(outcome));
  return met.length / arrivals.filter((arrival) => arrival.tier === tier).length;
}

const weightOf = (outcomes: readonly Outcome[]): number =>
  outcomes.filter(inTime).reduce((sum, { arrival }) => sum + WORK_CLASSES[arrival.tier].weight, 0);

/**
 * The most weight that any schedule can reach: work as a fluid, the most urgent tier first, each
 * within the time up to its last deadline. Real schedules stay below it.
 */
function oracleWeight(slots: number, arrivals: readonly Arrival[]): number {
  let [weight, takenMs] = [0, 0];
  for (const tier of TIERS) {
    const own = arrivals.filter((arrival) => arrival.tier === tier);
    const workMs = own.reduce((sum, { runMs }) => sum + runMs, 0);
    const roomMs = slots * (own.at(-1)?.deadlineMs ?? 0) - takenMs;
    const share = workMs === 0 ? 0 : Math.max(0, Math.min(1, roomMs / workMs));
    weight += share * own.length * WORK_CLASSES[tier].weight;
    takenMs += share * workMs;
  }
  return weight;
}

/** Weighted answers in time over what the oracle reaches. */
export function goodput(
  slots: number,
  arrivals: readonly Arrival[],
  outcomes: readonly Outcome[],
): number {
  return weightOf(outcomes) / oracleWeight(slots, arrivals);
}

const lengthMs = ({ startedMs, endedMs }: Stretch): number => endedMs - startedMs;

/** Slot time that led to no answer in time: stopped stretches, and work that was dropped or late. */
export function waste({ outcomes, stretches }: Simulated): number {
  const useful = new Set(outcomes.filter(inTime).map(({ arrival }) => arrival.id));
  let [usedMs, wastedMs] = [0, 0];
  for (const stretch of stretches) {
    usedMs += lengthMs(stretch);
    if (stretch.stopped || !useful.has(stretch.arrival.id)) wastedMs += lengthMs(stretch);
  }
  return usedMs === 0 ? 0 : wastedMs / usedMs;
}

const WINDOW_MS = 60_000;

/**
 * What starvation there was: arrivals that nobody answered by their deadline, neither with a
 * result nor with a refusal, and full minutes in which background work waited throughout and got
 * less than its floor of the slot time.
 */
export function starved(
  { outcomes, stretches }: Simulated,
  arrivals: readonly Arrival[],
  given: { readonly slots: number; readonly floorShare: number },
): number {
  const answered = outcomes.filter(
    ({ arrival, latencyMs }) => arrival.atMs + latencyMs <= arrival.deadlineMs + 1e-6,
  );
  const silent = arrivals.length - answered.length;
  const lastMs = arrivals.at(-1)?.atMs ?? 0;
  const servedMs = Array.from({ length: Math.floor(lastMs / WINDOW_MS) }, () => 0);
  for (const stretch of stretches) {
    const window = Math.floor(stretch.startedMs / WINDOW_MS);
    const served = servedMs[window];
    if (served === undefined || stretch.stopped || stretch.arrival.tier !== 3) continue;
    servedMs[window] = served + lengthMs(stretch);
  }
  const owedMs = given.floorShare * given.slots * WINDOW_MS;
  // One stretch may lie across the edge of a window.
  const slackMs = WORK_CLASSES[3].chunkMs ?? 0;
  return silent + servedMs.filter((ms) => ms + slackMs < owedMs).length;
}
