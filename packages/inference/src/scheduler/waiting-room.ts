import type { Tier } from '../clinical/tier.ts';
import { changeBacklog, countServed } from './backlog.ts';
import { oweAgain, payFloor, takeOwed } from './floors.ts';
import type { Entry, SchedulerState } from './scheduler-state.ts';

function count(state: SchedulerState, entry: Entry, jobs: 1 | -1): void {
  const { tier, tenant } = entry.job;
  changeBacklog(state.backlog[tier], { tenant, jobs, workMs: entry.leftMs }, state.now);
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
  const { waiting, waitingPerTenant } = state.limits.tiers[tier];
  const { jobs, byTenant } = state.backlog[tier];
  return jobs < waiting && (byTenant.get(tenant)?.jobs ?? 0) < waitingPerTenant;
}

export function enterQueue(state: SchedulerState, entry: Entry): void {
  entry.phase = 'waiting';
  entry.stopping = false;
  const { chunkMs } = entry.job;
  entry.cost = chunkMs === undefined ? entry.leftMs : Math.min(chunkMs, entry.leftMs);
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

/** Next for tiers 1 to 3: past its wait cap, owed by a floor, then the most urgent lane. */
export function takeLowerTier(state: SchedulerState): Entry | undefined {
  const lanes = [state.lanes[1], state.lanes[2], state.lanes[3]];
  return taken(
    state,
    state.front.pop() ?? takeOwed(state) ?? lanes.find((lane) => lane.size > 0)?.pop(),
  );
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

/** Accounts for a stretch that starts. The lane it came from has charged its tenant. */
export function accountStart(state: SchedulerState, entry: Entry): void {
  entry.charged = entry.fronted ? 0 : entry.cost;
  payFloor(state, entry);
  if (entry.arrivedMs < state.now) countServed(state.backlog[entry.job.tier], entry.cost);
}

/**
 * The tenant pays for the slot time it used, not for what was predicted, and not at all for a
 * stretch that was stopped for somebody else's sake.
 */
export function accountEnd(state: SchedulerState, entry: Entry, stopped: boolean): void {
  const usedMs = stopped ? 0 : state.now - entry.startedMs;
  state.lanes[entry.rank].charge(entry.tenant, usedMs - entry.charged);
  if (!stopped) return;
  oweAgain(state, entry);
  if (entry.arrivedMs < entry.startedMs) {
    countServed(state.backlog[entry.job.tier], -entry.cost);
  }
}
