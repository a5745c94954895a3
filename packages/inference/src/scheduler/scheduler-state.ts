import { IndexedHeap, type Laned, TenantLane } from '@holdfast/admission';
import { invariant } from '@holdfast/kernel';
import type { Tier } from '../clinical/tier.ts';
import type { SchedulerLimits } from '../limits.ts';
import { type Backlog, emptyBacklog } from './backlog.ts';
import type { OfferedLoad } from './erlang-reserve.ts';

/** A unit of work. All instants are monotonic milliseconds. */
export interface ScheduledJob {
  readonly id: string;
  readonly tenant: number;
  readonly tier: Tier;
  /** Predicted slot time in all. */
  readonly costMs: number;
  readonly deadlineMs: number;
  /**
   * Longest stretch it holds a slot before its back end can put it aside without loss; absent:
   * it runs in one go.
   */
  readonly chunkMs?: number;
}

export type SchedulerEvent =
  | { readonly kind: 'submitted'; readonly job: ScheduledJob }
  /** The back end is done with a job, one way or the other; its slot is free from here on. */
  | {
      readonly kind: 'settled';
      readonly id: string;
      readonly outcome: 'completed' | 'failed' | 'preempted';
    }
  /** It stands at a chunk boundary with its progress kept, and its slot is free. */
  | { readonly kind: 'yielded'; readonly id: string; readonly leftMs: number }
  | { readonly kind: 'cancelled'; readonly id: string }
  /** Nothing happened but time. */
  | { readonly kind: 'tick' };

export type DegradeReason =
  | 'queue-full'
  | 'deadline-unreachable'
  | 'deadline-while-waiting'
  | 'deadline-while-running';

export type SchedulerEffect =
  /** Run it on the back end. */
  | { readonly kind: 'start'; readonly id: string; readonly remainingMs: number }
  /** The back end's result stands: answer with it. */
  | { readonly kind: 'complete'; readonly id: string }
  /** Answer from the deterministic rung, now. */
  | { readonly kind: 'fall-back'; readonly id: string; readonly reason: DegradeReason | 'failed' }
  | {
      readonly kind: 'refuse';
      readonly id: string;
      readonly reason: DegradeReason;
      retryAfterMs: number;
    }
  | { readonly kind: 'drop'; readonly id: string; readonly wasRunning: boolean }
  /** Stop the run; `settled` must still follow. */
  | { readonly kind: 'preempt'; readonly id: string };

export interface Entry extends Laned {
  readonly job: ScheduledJob;
  /** Predicted slot time of its next stretch. */
  cost: number;
  /** Predicted slot time that is left of it. */
  leftMs: number;
  /** What its tenant was charged for the stretch that runs. */
  charged: number;
  readonly arrivedMs: number;
  /** answered: the caller has its answer, but the back end has not let go of the slot. */
  phase: 'waiting' | 'running' | 'answered';
  /** Told to stop for tier 0; runs again afterwards unless it was answered. */
  stopping: boolean;
  /** The tier it queues in: its own, or a more urgent one after promotion. */
  rank: Tier;
  /** Past its whole wait cap: ahead of everything but tier 0. */
  fronted: boolean;
  startedMs: number;
  alarmMs: number;
}

interface Budget {
  windowStartMs: number;
  used: number;
}

/** Slot time that tiers 2 and 3 are owed because more urgent work took it. */
interface Floors {
  readonly owedMs: Record<2 | 3, number>;
  atMs: number;
  /** After tier 0 missed a deadline nobody is owed anything for a while. */
  suspendedUntilMs: number;
}

/** Owned by one caller of `schedule`, which alone advances it. */
export interface SchedulerState {
  readonly limits: SchedulerLimits;
  /** Instant of the event that is being handled. */
  now: number;
  readonly entries: Map<string, Entry>;
  readonly lanes: Readonly<Record<Tier, TenantLane<Entry>>>;
  readonly front: IndexedHeap<Entry>;
  readonly alarms: IndexedHeap<Entry>;
  readonly running: Set<Entry>;
  readonly degraded: Readonly<Record<Tier, Budget>>;
  readonly preemption: { millisecondsLeft: number; refilledMs: number };
  readonly floors: Floors;
  readonly backlog: Readonly<Record<Tier, Backlog>>;
  readonly tier0Load: OfferedLoad;
  arrivals: number;
}

/** @param now monotonic milliseconds at which the state starts */
export function schedulerState(limits: SchedulerLimits, now: number): SchedulerState {
  const { least, most } = limits.reserve;
  invariant(
    0 <= least && least <= most && most < limits.slots,
    'INF-4 the reserve leaves at least one slot to the other tiers',
  );
  const burstMs = limits.preemptedBurstSeconds * 1_000 * limits.preemptedShare * limits.slots;
  const budget = (): Budget => ({ windowStartMs: now, used: 0 });
  const lane = (): TenantLane<Entry> =>
    new TenantLane((tenant) => limits.tenantWeights.get(tenant) ?? 1);
  const backlog = (): Backlog => emptyBacklog(now);
  return {
    limits,
    now,
    entries: new Map(),
    lanes: { 0: lane(), 1: lane(), 2: lane(), 3: lane() },
    front: new IndexedHeap((a, b) => a.order < b.order),
    alarms: new IndexedHeap((a, b) => a.alarmMs < b.alarmMs),
    running: new Set(),
    degraded: { 0: budget(), 1: budget(), 2: budget(), 3: budget() },
    preemption: { millisecondsLeft: burstMs, refilledMs: now },
    floors: { owedMs: { 2: 0, 3: 0 }, atMs: now, suspendedUntilMs: now },
    backlog: { 0: backlog(), 1: backlog(), 2: backlog(), 3: backlog() },
    tier0Load: { workMs: 0, atMs: now },
    arrivals: 0,
  };
}

/** When `schedule` must be called next if nothing else happens; null: never. */
export function nextWakeMs(state: SchedulerState): number | null {
  return state.alarms.peek()?.alarmMs ?? null;
}

/** How long the oldest waiting work of a tier has waited; 0 with none. For a console, O(n). */
export function oldestWaitMs(state: SchedulerState, tier: Tier, now: number): number {
  let oldest = now;
  for (const entry of state.entries.values()) {
    if (entry.job.tier === tier && entry.phase === 'waiting') {
      oldest = Math.min(oldest, entry.arrivedMs);
    }
  }
  return now - oldest;
}
