import { type SchedulerLimits, schedulerLimits } from '../limits.ts';

/**
 * Limits for a back end that stops work at once: nothing is reserved, since tier 0 takes what it
 * needs, and every lower tier may use every slot.
 */
export function stoppableBackend(slots: number): SchedulerLimits {
  return {
    ...schedulerLimits,
    slots,
    reserve: { least: 0, most: 0, waitShare: 0.01 },
    preemptedShare: 0.08,
  };
}

/** Limits for a back end that stops nothing: room is kept free by Erlang C. */
export function unstoppableBackend(slots: number): SchedulerLimits {
  return { ...schedulerLimits, slots, reserve: { least: 1, most: slots - 1, waitShare: 0.01 } };
}
