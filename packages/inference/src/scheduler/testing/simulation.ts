import { IndexedHeap } from '@holdfast/admission';
import { invariant } from '@holdfast/kernel';
import type { SchedulerLimits } from '../../limits.ts';
import { schedule } from '../schedule.ts';
import { nextWakeMs, type SchedulerEffect, schedulerState } from '../scheduler-state.ts';
import type { Arrival } from './workload.ts';

export type Ending = 'completed' | 'fell-back' | 'refused';

export interface Outcome {
  readonly arrival: Arrival;
  readonly ending: Ending;
  /** Virtual milliseconds from arrival to answer. */
  readonly latencyMs: number;
}

export interface Simulated {
  readonly outcomes: readonly Outcome[];
  readonly startedIds: readonly string[];
  /** Slot time thrown away by preemption, of all slot time used. */
  readonly waste: number;
}

interface Run {
  readonly arrival: Arrival;
  readonly startedMs: number;
  readonly endsMs: number;
}

/** The scheduler under virtual time with a back end that takes exactly `runMs` and stops at once. */
export function simulate(limits: SchedulerLimits, arrivals: readonly Arrival[]): Simulated {
  const state = schedulerState(limits, 0);
  const byId = new Map(arrivals.map((arrival) => [arrival.id, arrival]));
  const runs = new IndexedHeap<Run>((a, b) => a.endsMs < b.endsMs);
  const running = new Map<string, Run>();
  const outcomes = new Map<string, Outcome>();
  const startedIds: string[] = [];
  let [usedMs, wastedMs, now, next] = [0, 0, 0, 0];

  const end = (id: string, ending: Ending): void => {
    const arrival = byId.get(id);
    invariant(arrival !== undefined && !outcomes.has(id), 'INF-6 every job ends once');
    outcomes.set(id, { arrival, ending, latencyMs: now - arrival.atMs });
  };
  const settle = (run: Run, outcome: 'completed' | 'preempted'): void => {
    running.delete(run.arrival.id);
    runs.remove(run);
    usedMs += now - run.startedMs;
    if (outcome === 'preempted') wastedMs += now - run.startedMs;
    apply(schedule(state, { kind: 'settled', id: run.arrival.id, outcome }, now));
  };
  const applyOne = (effect: SchedulerEffect): void => {
    const arrival = byId.get(effect.id);
    if (effect.kind === 'start' && arrival !== undefined) {
      const run = { arrival, startedMs: now, endsMs: now + arrival.runMs };
      runs.push(run);
      running.set(effect.id, run);
      startedIds.push(effect.id);
    } else if (effect.kind === 'complete') end(effect.id, 'completed');
    else if (effect.kind === 'fall-back') end(effect.id, 'fell-back');
    else if (effect.kind === 'refuse') end(effect.id, 'refused');
    else if (effect.kind === 'preempt') {
      const run = running.get(effect.id);
      if (run !== undefined) settle(run, 'preempted');
    }
  };
  const apply = (effects: readonly SchedulerEffect[]): void => effects.forEach(applyOne);

  for (;;) {
    const arrival = arrivals[next];
    const run = runs.peek();
    const wake = nextWakeMs(state) ?? Number.POSITIVE_INFINITY;
    now = Math.min(arrival?.atMs ?? wake, run?.endsMs ?? wake, wake);
    if (now === Number.POSITIVE_INFINITY) break;
    if (run !== undefined && run.endsMs === now) settle(run, 'completed');
    else if (arrival !== undefined && arrival.atMs === now) {
      next += 1;
      const job = { ...arrival, costMs: arrival.runMs };
      apply(schedule(state, { kind: 'submitted', job }, now));
    } else apply(schedule(state, { kind: 'tick' }, now));
  }
  return { outcomes: [...outcomes.values()], startedIds, waste: wastedMs / usedMs };
}

/** First in, first out over the same slots and arrivals: what the claim is measured against. */
export function simulateFifo(slots: number, arrivals: readonly Arrival[]): Outcome[] {
  const freeAt = Array.from({ length: slots }, () => 0);
  return arrivals.map((arrival) => {
    const soonest = freeAt.indexOf(Math.min(...freeAt));
    const endsMs = Math.max(arrival.atMs, freeAt[soonest] ?? 0) + arrival.runMs;
    freeAt[soonest] = endsMs;
    return { arrival, ending: 'completed', latencyMs: endsMs - arrival.atMs };
  });
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
