import type { Entry, SchedulerEffect, SchedulerState } from './scheduler-state.ts';

function refill(state: SchedulerState): void {
  const { now } = state;
  const { slots, preemptedShare, preemptedBurstSeconds } = state.limits;
  const perMs = preemptedShare * slots;
  const earned = (now - state.preemption.refilledMs) * perMs;
  const most = preemptedBurstSeconds * 1_000 * perMs;
  state.preemption.millisecondsLeft = Math.min(most, state.preemption.millisecondsLeft + earned);
  state.preemption.refilledMs = now;
}

/** Slot time that stopping it now throws away: none where the answer is no longer wanted. */
function lossMs(entry: Entry, now: number): number {
  return entry.phase === 'answered' ? 0 : now - entry.startedMs;
}

/** Its answer is wanted no more, or it would be done in time if it ran again, twice over. */
function canAfford({ phase, deadlineMs, leftMs }: Entry, now: number): boolean {
  return phase === 'answered' || now + 2 * leftMs <= deadlineMs;
}

/**
 * Those first that can afford it, of them the one that loses least: it runs again in any case,
 * and a late stop of the least urgent wastes more than an early one of the next. Else the least
 * urgent.
 */
function isBetterVictim(a: Entry, b: Entry, now: number): boolean {
  const [affords, other] = [canAfford(a, now), canAfford(b, now)];
  if (affords !== other) return affords;
  if (!affords && a.job.tier !== b.job.tier) return a.job.tier > b.job.tier;
  const [loss, otherLoss] = [lossMs(a, now), lossMs(b, now)];
  return loss === otherLoss ? a.job.tier > b.job.tier : loss < otherLoss;
}

/** A boundary is what the back end promised; the end of a run is only predicted. */
function isNearBoundary({ job, cost, startedMs }: Entry, { limits, now }: SchedulerState): boolean {
  const leftMs = startedMs + cost - now;
  return cost === job.chunkMs && leftMs >= 0 && leftMs <= limits.boundaryWaitMs;
}

function victim(state: SchedulerState): Entry | undefined {
  const { now } = state;
  let best: Entry | undefined;
  for (const entry of state.running) {
    if (entry.stopping || entry.job.tier === 0 || isNearBoundary(entry, state)) continue;
    if (lossMs(entry, now) > state.preemption.millisecondsLeft) continue;
    if (best === undefined || isBetterVictim(entry, best, now)) best = entry;
  }
  return best;
}

/** Slots that will be free without a further loss: told to stop, or about to yield. */
function soonFree(state: SchedulerState): number {
  let slots = 0;
  for (const entry of state.running) {
    if (entry.stopping || isNearBoundary(entry, state)) slots += 1;
  }
  return slots;
}

/**
 * Finds slots for tier-0 work that waits: first those that reach a chunk boundary or their end at
 * once, then by stopping lower tiers within the budget of wasted slot time. Inference is
 * idempotent, so what was stopped simply runs again.
 */
export function preemptForTier0(state: SchedulerState): SchedulerEffect[] {
  if (state.limits.preemptedShare === 0) return [];
  refill(state);
  const effects: SchedulerEffect[] = [];
  for (let short = state.lanes[0].size - soonFree(state); short > 0; short--) {
    const entry = victim(state);
    if (entry === undefined) break;
    state.preemption.millisecondsLeft -= lossMs(entry, state.now);
    entry.stopping = true;
    effects.push({ kind: 'preempt', id: entry.job.id });
  }
  return effects;
}
