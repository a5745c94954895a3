import type { Tier } from '../../clinical/tier.ts';
import { type SchedulerLimits, schedulerLimits, type TierLimits } from '../../limits.ts';
import { schedule } from '../schedule.ts';
import {
  type ScheduledJob,
  type SchedulerEffect,
  type SchedulerEvent,
  type SchedulerState,
  schedulerState,
} from '../scheduler-state.ts';

export const ROOM: TierLimits = {
  waiting: 1_000,
  waitingPerTenant: 1_000,
  waitCapMs: null,
  floorShare: 0,
  degradedPerSecond: null,
};

export const NONE = { least: 0, most: 0, waitShare: 0.01 };
const ONE = { least: 1, most: 1, waitShare: 0.01 };

export function limits(change: Partial<SchedulerLimits> = {}): SchedulerLimits {
  const tiers = { 0: ROOM, 1: ROOM, 2: ROOM, 3: ROOM };
  return { ...schedulerLimits, slots: 2, reserve: ONE, tiers, ...change };
}

export function withTier(tier: Tier, change: Partial<TierLimits>): SchedulerLimits {
  const base = limits();
  return { ...base, tiers: { ...base.tiers, [tier]: { ...ROOM, ...change } } };
}

export const job = (id: string, tier: Tier, change: Partial<ScheduledJob> = {}): ScheduledJob => ({
  id,
  tenant: 1,
  tier,
  costMs: 10,
  deadlineMs: 1_000_000,
  ...change,
});

/** Feeds events to a state and answers with what was said, shortened to `kind id`. */
export class Desk {
  readonly state: SchedulerState;
  now = 0;

  constructor(given: SchedulerLimits) {
    this.state = schedulerState(given, 0);
  }

  at(now: number): this {
    this.now = now;
    return this;
  }

  say(event: SchedulerEvent): string[] {
    const effects = schedule(this.state, event, this.now);
    return effects.map((effect: SchedulerEffect) =>
      'reason' in effect
        ? `${effect.kind} ${effect.id} ${effect.reason}`
        : `${effect.kind} ${effect.id}`,
    );
  }

  submit(given: ScheduledJob): string[] {
    return this.say({ kind: 'submitted', job: given });
  }

  yielded(id: string, leftMs: number): string[] {
    return this.say({ kind: 'yielded', id, leftMs });
  }

  settle(id: string, outcome: 'completed' | 'failed' | 'preempted' = 'completed'): string[] {
    return this.say({ kind: 'settled', id, outcome });
  }

  /** Finishes what runs, one by one and each in its predicted time, and lists the order in which the rest started. */
  drain(first: string): string[] {
    const started: string[] = [];
    for (let id: string | undefined = first; id !== undefined; ) {
      this.now += this.state.entries.get(id)?.cost ?? 0;
      const start: string | undefined = this.settle(id).find((said) => said.startsWith('start'));
      id = start?.slice('start '.length);
      if (id !== undefined) started.push(id);
    }
    return started;
  }
}
