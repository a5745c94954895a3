import { invariant, unreachable } from '@holdfast/kernel';
import { predictedWaitMs } from './backlog.ts';
import { offer, offeredErlangs, serversFor } from './erlang-reserve.ts';
import { suspendFloors } from './floors.ts';
import { preemptForTier0 } from './preemption.ts';
import type {
  DegradeReason,
  Entry,
  ScheduledJob,
  SchedulerEffect,
  SchedulerEvent,
  SchedulerState,
} from './scheduler-state.ts';
import {
  accountEnd,
  accountStart,
  enterQueue,
  hasRoom,
  leaveQueue,
  promote,
  takeLowerTier,
  takeTier0,
} from './waiting-room.ts';

/**
 * Takes one event at an instant, advances the state in place (a copy of a long queue per event
 * would cost more than the work) and says what to do. No I/O, no clock: the same events at the
 * same instants give the same effects.
 * @param now monotonic milliseconds, never less than at the last call
 */
export function schedule(
  state: SchedulerState,
  event: SchedulerEvent,
  now: number,
): readonly SchedulerEffect[] {
  const effects: SchedulerEffect[] = [];
  state.now = now;
  // The event first: a result that arrives exactly at its deadline still counts.
  handle(state, event, effects);
  ringAlarms(state, effects);
  dispatch(state, effects);
  effects.push(...preemptForTier0(state));
  return effects;
}

function handle(state: SchedulerState, event: SchedulerEvent, effects: SchedulerEffect[]): void {
  switch (event.kind) {
    case 'submitted':
      return submit(state, event.job, effects);
    case 'settled':
      return settle(state, event, effects);
    case 'yielded':
      return yielded(state, event);
    case 'cancelled':
      return cancel(state, event.id, effects);
    case 'tick':
      return;
    default:
      return unreachable(event);
  }
}

function submit(state: SchedulerState, job: ScheduledJob, effects: SchedulerEffect[]): void {
  invariant(!state.entries.has(job.id), 'INF-6 a job is submitted once');
  const { tier, tenant, costMs, deadlineMs } = job;
  if (!hasRoom(state, tier, tenant)) {
    return degrade(state, { job, reason: 'queue-full', waitMs: 0 }, effects);
  }
  const waitMs = tier === 0 ? 0 : predictedWaitMs(state.backlog[tier], tenant);
  if (tier > 0 && state.now + waitMs + costMs > deadlineMs) {
    return degrade(state, { job, reason: 'deadline-unreachable', waitMs }, effects);
  }
  if (tier === 0) offer(state.tier0Load, costMs, state.now);
  state.arrivals += 1;
  const entry: Entry = {
    job,
    tenant,
    cost: costMs,
    leftMs: costMs,
    charged: 0,
    deadlineMs,
    order: state.arrivals,
    arrivedMs: state.now,
    phase: 'waiting',
    stopping: false,
    rank: tier,
    fronted: false,
    startedMs: state.now,
    alarmMs: deadlineMs,
  };
  state.entries.set(job.id, entry);
  enterQueue(state, entry);
}

type Settled = Extract<SchedulerEvent, { kind: 'settled' }>;
type Yielded = Extract<SchedulerEvent, { kind: 'yielded' }>;

/** Takes it off its slot; undefined where it holds none. */
function release(state: SchedulerState, id: string, stopped: boolean): Entry | undefined {
  const entry = state.entries.get(id);
  if (entry === undefined || !state.running.delete(entry)) return undefined;
  state.alarms.remove(entry);
  accountEnd(state, entry, stopped);
  if (entry.phase === 'answered') state.entries.delete(id);
  return entry;
}

function settle(state: SchedulerState, event: Settled, effects: SchedulerEffect[]): void {
  const stopped = event.outcome === 'preempted';
  const entry = release(state, event.id, stopped);
  if (entry === undefined || entry.phase === 'answered') return;
  if (stopped) return enterQueue(state, entry);
  state.entries.delete(event.id);
  const { id } = event;
  if (event.outcome === 'completed') effects.push({ kind: 'complete', id });
  else effects.push({ kind: 'fall-back', id, reason: 'failed' });
}

/** At a chunk boundary it queues again, so whatever is more urgent by now goes first. */
function yielded(state: SchedulerState, { id, leftMs }: Yielded): void {
  const entry = release(state, id, false);
  if (entry === undefined || entry.phase === 'answered') return;
  entry.leftMs = leftMs;
  enterQueue(state, entry);
}

function cancel(state: SchedulerState, id: string, effects: SchedulerEffect[]): void {
  const entry = state.entries.get(id);
  if (entry === undefined || entry.phase === 'answered') return;
  const wasRunning = entry.phase !== 'waiting';
  if (wasRunning) answered(state, entry);
  else {
    leaveQueue(state, entry);
    state.entries.delete(id);
  }
  effects.push({ kind: 'drop', id, wasRunning });
}

/** The slot stays taken until the back end lets go: it is still computing. */
function answered(state: SchedulerState, entry: Entry): void {
  entry.phase = 'answered';
  state.alarms.remove(entry);
}

function ringAlarms(state: SchedulerState, effects: SchedulerEffect[]): void {
  for (;;) {
    const entry = state.alarms.peek();
    if (entry === undefined || entry.alarmMs > state.now) return;
    if (entry.phase !== 'waiting') {
      answered(state, entry);
      const { id, tier } = entry.job;
      if (tier === 0) suspendFloors(state);
      effects.push({ kind: 'fall-back', id, reason: 'deadline-while-running' });
    } else if (entry.deadlineMs <= state.now) {
      leaveQueue(state, entry);
      state.entries.delete(entry.job.id);
      if (entry.job.tier === 0) suspendFloors(state);
      degrade(state, { job: entry.job, reason: 'deadline-while-waiting', waitMs: 0 }, effects);
    } else promote(state, entry);
  }
}

interface Degradation {
  readonly job: ScheduledJob;
  readonly reason: DegradeReason;
  /** Predicted, where that is why. */
  readonly waitMs: number;
}

/** INF-3: tier 0 is never refused; the others are degraded within their budget, then refused. */
function degrade(
  state: SchedulerState,
  { job, reason, waitMs }: Degradation,
  effects: SchedulerEffect[],
): void {
  const bound = state.limits.tiers[job.tier].degradedPerSecond;
  const budget = state.degraded[job.tier];
  if (state.now - budget.windowStartMs >= 1_000) {
    budget.windowStartMs = state.now;
    budget.used = 0;
  }
  budget.used += 1;
  const { id } = job;
  if (bound === null || budget.used <= bound) {
    effects.push({ kind: 'fall-back', id, reason });
    return;
  }
  const excessMs = waitMs + job.costMs - (job.deadlineMs - state.now);
  const retryAfterMs = Math.max(state.limits.retryAfterMs, Math.ceil(excessMs));
  effects.push({ kind: 'refuse', id, reason, retryAfterMs });
}

/** Erlang C's answer to what tier 0 asked for of late. */
function reserved({ limits, tier0Load, now }: SchedulerState): number {
  const { least, most, waitShare } = limits.reserve;
  if (least === most) return least;
  return Math.max(least, serversFor(offeredErlangs(tier0Load, now), waitShare, most));
}

/** INF-4: tiers 1 to 3 hold at most the slots that are not reserved, so one is tier 0's to find. */
function dispatch(state: SchedulerState, effects: SchedulerEffect[]): void {
  const { slots } = state.limits;
  const forLower = slots - reserved(state);
  let lower = 0;
  for (const entry of state.running) if (entry.job.tier > 0) lower += 1;
  while (state.running.size < slots) {
    const critical = takeTier0(state);
    const entry = critical ?? (lower < forLower ? takeLowerTier(state) : undefined);
    if (entry === undefined) return;
    if (isHopeless(entry, state.now)) {
      drop(state, entry, effects);
      continue;
    }
    if (critical === undefined) lower += 1;
    accountStart(state, entry);
    entry.phase = 'running';
    entry.startedMs = state.now;
    state.running.add(entry);
    const remainingMs = entry.deadlineMs - state.now;
    effects.push({ kind: 'start', id: entry.job.id, remainingMs });
  }
}

/** Work that can't finish in time would only waste the slot. Tier 0 is always tried. */
function isHopeless(entry: Entry, now: number): boolean {
  return entry.job.tier > 0 && now + entry.leftMs > entry.deadlineMs;
}

function drop(state: SchedulerState, entry: Entry, effects: SchedulerEffect[]): void {
  state.alarms.remove(entry);
  state.entries.delete(entry.job.id);
  if (!entry.fronted) state.lanes[entry.rank].charge(entry.tenant, -entry.cost);
  degrade(state, { job: entry.job, reason: 'deadline-unreachable', waitMs: 0 }, effects);
}
