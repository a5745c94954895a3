import type { Entry, SchedulerState } from './scheduler-state.ts';

/** What may be owed at most: seconds of a floor, so that a long drought is no later burst. */
const MOST_OWED_SECONDS = 2;
const SUSPENSION_MS = 1_000;
const FLOORED = [3, 2] as const;

/** While work of a tier waits, its floor accrues; with none waiting nothing is owed. */
function accrue(state: SchedulerState): void {
  const { floors, limits, now } = state;
  const elapsed = now - floors.atMs;
  floors.atMs = now;
  for (const tier of FLOORED) {
    const perMs = limits.tiers[tier].floorShare * limits.slots;
    const most = MOST_OWED_SECONDS * 1_000 * perMs;
    const waits = state.lanes[tier].size > 0;
    floors.owedMs[tier] = waits ? Math.min(most, floors.owedMs[tier] + elapsed * perMs) : 0;
  }
}

export function suspendFloors(state: SchedulerState): void {
  state.floors.suspendedUntilMs = state.now + SUSPENSION_MS;
}

/**
 * The next piece of work that is owed its turn, least urgent tier first: its floor is the
 * smallest. Never in place of tier 0, which has been served before.
 */
export function takeOwed(state: SchedulerState): Entry | undefined {
  accrue(state);
  if (state.now < state.floors.suspendedUntilMs) return undefined;
  const owed = FLOORED.find((tier) => state.floors.owedMs[tier] > 0 && state.lanes[tier].size > 0);
  return owed === undefined ? undefined : state.lanes[owed].pop();
}

/**
 * Whatever let it run, it counts towards the floor. What was served beyond the floor is no debt
 * that would starve the tier later, save for the stretch that pays off what was owed.
 */
export function payFloor(state: SchedulerState, { rank, cost }: Entry): void {
  if (rank !== 2 && rank !== 3) return;
  state.floors.owedMs[rank] = Math.max(state.floors.owedMs[rank] - cost, -cost);
}

/** It was stopped, so it was not served. */
export function oweAgain(state: SchedulerState, { rank, cost }: Entry): void {
  if (rank === 2 || rank === 3) state.floors.owedMs[rank] += cost;
}
