import { invariant, unreachable } from '@holdfast/kernel';
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
  // The event first: a result that arrives exactly at its deadline still counts.
  handle(state, event, { now, effects });
  ringAlarms(state, { now, effects });
  dispatch(state, { now, effects });
  effects.push(...preemptForTier0(state, now));
  return effects;
}

interface Turn {
  readonly now: number;
  readonly effects: SchedulerEffect[];
}

function handle(state: SchedulerState, event: SchedulerEvent, turn: Turn): void {
  switch (event.kind) {
    case 'submitted':
      return submit(state, event.job, turn);
    case 'settled':
      return settle(state, event, turn);
    case 'cancelled':
      return cancel(state, event.id, turn);
    case 'tick':
      return;
    default:
      return unreachable(event);
  }
}

function submit(state: SchedulerState, job: ScheduledJob, turn: Turn): void {
  invariant(!state.entries.has(job.id), 'INF-6 a job is submitted once');
  if (!hasRoom(state, job.tier, job.tenant))
    return degrade(state, { job, reason: 'queue-full' }, turn);
  state.arrivals += 1;
  const entry: Entry = {
    job,
    tenant: job.tenant,
    cost: job.costMs,
    deadlineMs: job.deadlineMs,
    order: state.arrivals,
    arrivedMs: turn.now,
    phase: 'waiting',
    stopping: false,
    rank: job.tier,
    fronted: false,
    startedMs: turn.now,
    alarmMs: job.deadlineMs,
  };
  state.entries.set(job.id, entry);
  enterQueue(state, entry);
}

type Settled = Extract<SchedulerEvent, { kind: 'settled' }>;

function settle(state: SchedulerState, event: Settled, turn: Turn): void {
  const entry = state.entries.get(event.id);
  if (entry === undefined || !state.running.delete(entry)) return;
  state.alarms.remove(entry);
  if (entry.phase === 'running' && event.outcome === 'preempted') return enterQueue(state, entry);
  state.entries.delete(event.id);
  if (entry.phase === 'answered') return;
  const { id } = event;
  if (event.outcome === 'completed') turn.effects.push({ kind: 'complete', id });
  else turn.effects.push({ kind: 'fall-back', id, reason: 'failed' });
}

function cancel(state: SchedulerState, id: string, turn: Turn): void {
  const entry = state.entries.get(id);
  if (entry === undefined || entry.phase === 'answered') return;
  const wasRunning = entry.phase !== 'waiting';
  if (wasRunning) answered(state, entry);
  else {
    leaveQueue(state, entry);
    state.entries.delete(id);
  }
  turn.effects.push({ kind: 'drop', id, wasRunning });
}

/** The slot stays taken until the back end lets go: it is still computing. */
function answered(state: SchedulerState, entry: Entry): void {
  entry.phase = 'answered';
  state.alarms.remove(entry);
}

function ringAlarms(state: SchedulerState, turn: Turn): void {
  for (;;) {
    const entry = state.alarms.peek();
    if (entry === undefined || entry.alarmMs > turn.now) return;
    if (entry.phase !== 'waiting') {
      answered(state, entry);
      const { id } = entry.job;
      turn.effects.push({ kind: 'fall-back', id, reason: 'deadline-while-running' });
    } else if (entry.deadlineMs <= turn.now) {
      leaveQueue(state, entry);
      state.entries.delete(entry.job.id);
      degrade(state, { job: entry.job, reason: 'deadline-while-waiting' }, turn);
    } else promote(state, entry);
  }
}

/** INF-3: tier 0 is never refused; the others are degraded within their budget, then refused. */
function degrade(
  state: SchedulerState,
  { job, reason }: { readonly job: ScheduledJob; readonly reason: DegradeReason },
  turn: Turn,
): void {
  const bound = state.limits.tiers[job.tier].degradedPerSecond;
  const budget = state.degraded[job.tier];
  if (turn.now - budget.windowStartMs >= 1_000) {
    budget.windowStartMs = turn.now;
    budget.used = 0;
  }
  budget.used += 1;
  const { id } = job;
  if (bound === null || budget.used <= bound) turn.effects.push({ kind: 'fall-back', id, reason });
  else {
    const { retryAfterMs } = state.limits;
    turn.effects.push({ kind: 'refuse', id, reason, retryAfterMs });
  }
}

/** INF-4: tiers 1 to 3 hold at most the slots that are not reserved, so one is tier 0's to find. */
function dispatch(state: SchedulerState, turn: Turn): void {
  const { slots, reservedForTier0 } = state.limits;
  let lower = 0;
  for (const entry of state.running) if (entry.job.tier > 0) lower += 1;
  while (state.running.size < slots) {
    const critical = takeTier0(state);
    const entry = critical ?? (lower < slots - reservedForTier0 ? takeLowerTier(state) : undefined);
    if (entry === undefined) return;
    if (isHopeless(entry, turn.now)) {
      state.alarms.remove(entry);
      state.entries.delete(entry.job.id);
      degrade(state, { job: entry.job, reason: 'deadline-unreachable' }, turn);
      continue;
    }
    if (critical === undefined) lower += 1;
    entry.phase = 'running';
    entry.startedMs = turn.now;
    state.running.add(entry);
    const remainingMs = entry.deadlineMs - turn.now;
    turn.effects.push({ kind: 'start', id: entry.job.id, remainingMs });
  }
}

/** Work that can't finish in time would only waste the slot. Tier 0 is always tried. */
function isHopeless(entry: Entry, now: number): boolean {
  return entry.job.tier > 0 && now + entry.cost > entry.deadlineMs;
}
