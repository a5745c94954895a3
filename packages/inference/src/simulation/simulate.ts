import { IndexedHeap } from '@holdfast/admission';
import { invariant } from '@holdfast/kernel';
import type { SchedulerLimits } from '../limits.ts';
import { schedule } from '../scheduler/schedule.ts';
import {
  nextWakeMs,
  type SchedulerEffect,
  type SchedulerEvent,
  type SchedulerState,
  schedulerState,
} from '../scheduler/scheduler-state.ts';
import type { Arrival } from './workload.ts';

export type Ending = 'completed' | 'fell-back' | 'refused';

export interface Outcome {
  readonly arrival: Arrival;
  readonly ending: Ending;
  /** Virtual milliseconds from arrival to answer. */
  readonly latencyMs: number;
}

/** A stretch of one slot's time. */
export interface Stretch {
  readonly arrival: Arrival;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly stopped: boolean;
}

export interface Simulated {
  readonly outcomes: readonly Outcome[];
  readonly stretches: readonly Stretch[];
}

interface Run {
  readonly arrival: Arrival;
  readonly startedMs: number;
  readonly endsMs: number;
}

/** The scheduler in virtual time, on a back end that takes what a run takes and stops at once. */
export function simulate(limits: SchedulerLimits, arrivals: readonly Arrival[]): Simulated {
  const simulation = new Simulation(limits, arrivals);
  simulation.run();
  return simulation;
}

class Simulation implements Simulated {
  readonly #state: SchedulerState;
  readonly #arrivals: readonly Arrival[];
  readonly #open = new Map<string, { readonly arrival: Arrival; leftMs: number }>();
  readonly #runs = new IndexedHeap<Run>((a, b) => a.endsMs < b.endsMs);
  readonly #runOf = new Map<string, Run>();
  readonly #ended = new Set<string>();
  readonly outcomes: Outcome[] = [];
  readonly stretches: Stretch[] = [];
  #now = 0;

  constructor(limits: SchedulerLimits, arrivals: readonly Arrival[]) {
    this.#state = schedulerState(limits, 0);
    this.#arrivals = arrivals;
  }

  run(): void {
    for (let next = 0; ; ) {
      const arrival = this.#arrivals[next];
      const run = this.#runs.peek();
      const wake = nextWakeMs(this.#state) ?? Number.POSITIVE_INFINITY;
      this.#now = Math.min(arrival?.atMs ?? wake, run?.endsMs ?? wake, wake);
      if (this.#now === Number.POSITIVE_INFINITY) return;
      if (run?.endsMs === this.#now) this.#stretchEnded(run);
      else if (arrival?.atMs === this.#now) {
        next += 1;
        this.#arrive(arrival);
      } else this.#tell({ kind: 'tick' });
    }
  }

  #arrive(arrival: Arrival): void {
    this.#open.set(arrival.id, { arrival, leftMs: arrival.runMs });
    this.#tell({ kind: 'submitted', job: { ...arrival, costMs: arrival.predictedMs } });
  }

  #stretchEnded(run: Run): void {
    const { id } = run.arrival;
    this.#vacate(run, false);
    const work = this.#open.get(id);
    invariant(work !== undefined, 'what runs is open');
    work.leftMs -= run.endsMs - run.startedMs;
    // Sums of stretches miss the whole by rounding.
    if (work.leftMs > 1e-6) this.#tell({ kind: 'yielded', id, leftMs: work.leftMs });
    else this.#tell({ kind: 'settled', id, outcome: 'completed' });
  }

  #vacate(run: Run, stopped: boolean): void {
    this.#runs.remove(run);
    this.#runOf.delete(run.arrival.id);
    const { arrival, startedMs } = run;
    this.stretches.push({ arrival, startedMs, endedMs: this.#now, stopped });
  }

  #tell(event: SchedulerEvent): void {
    for (const effect of schedule(this.#state, event, this.#now)) this.#apply(effect);
  }

  #apply(effect: SchedulerEffect): void {
    const { kind, id } = effect;
    if (kind === 'start') this.#start(id);
    else if (kind === 'complete') this.#end(id, 'completed');
    else if (kind === 'fall-back') this.#end(id, 'fell-back');
    else if (kind === 'refuse') this.#end(id, 'refused');
    else if (kind === 'preempt') {
      const run = this.#runOf.get(id);
      invariant(run !== undefined, 'only what runs is stopped');
      this.#vacate(run, true);
      this.#tell({ kind: 'settled', id, outcome: 'preempted' });
    }
  }

  #start(id: string): void {
    const work = this.#open.get(id);
    invariant(work !== undefined, 'what starts is open');
    const { arrival, leftMs } = work;
    const endsMs = this.#now + Math.min(leftMs, arrival.chunkMs ?? leftMs);
    const run = { arrival, startedMs: this.#now, endsMs };
    this.#runs.push(run);
    this.#runOf.set(id, run);
  }

  #end(id: string, ending: Ending): void {
    const arrival = this.#open.get(id)?.arrival;
    invariant(arrival !== undefined && !this.#ended.has(id), 'INF-6 every job ends once');
    this.#ended.add(id);
    this.outcomes.push({ arrival, ending, latencyMs: this.#now - arrival.atMs });
  }
}
