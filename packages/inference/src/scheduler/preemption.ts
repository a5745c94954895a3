import type { Entry, SchedulerEffect, SchedulerState } from './scheduler-state.ts';

function refill(state: SchedulerState, now: number): void {
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

/** Useless runs first, then the least urgent, and of those the one that loses least. */
function isBetterVictim(a: Entry, b: Entry): boolean {
  const [useless, other] = [a.phase === 'answered', b.phase === 'answered'];
  if (useless !== other) return useless;
  return a.job.tier > b.job.tier || (a.job.tier === b.job.tier && a.startedMs > b.startedMs);
}

function victim(state: SchedulerState, now: number, affordableMs: number): Entry | undefined {
  let best: Entry | undefined;
  for (const entry of state.running) {
    if (entry.stopping || entry.job.tier === 0 || lossMs(entry, now) > affordableMs) continue;
    if (best === undefined || isBetterVictim(entry, best)) best = entry;
  }
  return best;
}

/**
 * Stops lower tiers for tier-0 work that found no slot, within the budget of wasted slot time.
 * Inference is idempotent, so what was stopped simply runs again.
 */
export function preemptForTier0(state: SchedulerState, now: number): SchedulerEffect[] {
  if (state.limits.preemptedShare === 0) return [];
  refill(state, now);
  const stopping = [...state.running].filter((entry) => entry.stopping).length;
  const effects: SchedulerEffect[] = [];
  for (let short = state.lanes[0].size - stopping; short > 0; short--) {
    const entry = victim(state, now, state.preemption.millisecondsLeft);
    if (entry === undefined) break;
    state.preemption.millisecondsLeft -= lossMs(entry, now);
    entry.stopping = true;
    effects.push({ kind: 'preempt', id: entry.job.id });
  }
  return effects;
}
