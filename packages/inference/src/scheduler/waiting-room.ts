import type { Tier } from '../clinical/tier.ts';
import type { Entry, SchedulerState } from './scheduler-state.ts';

function count(state: SchedulerState, entry: Entry, by: 1 | -1): void {
  const { tier, tenant } = entry.job;
  state.waiting[tier] += by;
  const tenants = state.waitingByTenant[tier];
  const left = (tenants.get(tenant) ?? 0) + by;
  if (left === 0) tenants.delete(tenant);
  else tenants.set(tenant, left);
}

/** Half the cap promotes work of tier 2 and 3 by one tier; all of it, to the front. */
function nextAlarm(state: SchedulerState, entry: Entry): number {
  const cap = state.limits.tiers[entry.job.tier].waitCapMs;
  if (cap === null || entry.fronted) return entry.deadlineMs;
  const promotes = entry.rank === entry.job.tier && entry.rank > 1;
  return Math.min(entry.deadlineMs, entry.arrivedMs + (promotes ? cap / 2 : cap));
}

function setAlarm(state: SchedulerState, entry: Entry, alarmMs: number): void {
  entry.alarmMs = alarmMs;
  if (state.alarms.has(entry)) state.alarms.update(entry);
  else state.alarms.push(entry);
}

export function hasRoom(state: SchedulerState, tier: Tier, tenant: number): boolean {
  const limits = state.limits.tiers[tier];
  return (
    state.waiting[tier] < limits.waiting &&
    (state.waitingByTenant[tier].get(tenant) ?? 0) < limits.waitingPerTenant
  );
}

export function enterQueue(state: SchedulerState, entry: Entry): void {
  entry.phase = 'waiting';
  entry.stopping = false;
  count(state, entry, 1);
  if (entry.fronted) state.front.push(entry);
  else state.lanes[entry.rank].push(entry);
  setAlarm(state, entry, nextAlarm(state, entry));
}

export function leaveQueue(state: SchedulerState, entry: Entry): void {
  count(state, entry, -1);
  if (!state.front.remove(entry)) state.lanes[entry.rank].remove(entry);
  state.alarms.remove(entry);
}

/** INF-5: promotion reaches the front of tier 1 and never tier 0. */
export function promote(state: SchedulerState, entry: Entry): void {
  leaveQueue(state, entry);
  if (entry.rank === entry.job.tier && entry.rank > 1) entry.rank = (entry.rank - 1) as Tier;
  else entry.fronted = true;
  enterQueue(state, entry);
}

/** The next piece of work for tiers 1 to 3, most urgent lane first. */
export function takeLowerTier(state: SchedulerState): Entry | undefined {
  const lanes = [state.lanes[1], state.lanes[2], state.lanes[3]];
  return taken(state, state.front.pop() ?? lanes.find((lane) => lane.size > 0)?.pop());
}

export function takeTier0(state: SchedulerState): Entry | undefined {
  return taken(state, state.lanes[0].pop());
}

function taken(state: SchedulerState, entry: Entry | undefined): Entry | undefined {
  if (entry === undefined) return undefined;
  count(state, entry, -1);
  setAlarm(state, entry, entry.deadlineMs);
  return entry;
}
