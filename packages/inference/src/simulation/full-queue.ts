import { schedule } from '../scheduler/schedule.ts';
import { schedulerState } from '../scheduler/scheduler-state.ts';
import { stoppableBackend } from './stoppable-backend.ts';
import { type Arrival, workload } from './workload.ts';

/**
 * A scheduler with so many pieces of work in its queue. Each call of the answer is one decision:
 * something ends, the next is chosen and takes its place, and one more arrives.
 */
export function fullQueue(queued: number): () => void {
  const room = { waiting: 2 * queued, waitingPerTenant: 2 * queued };
  const base = stoppableBackend(4);
  const { tiers } = base;
  const limits = {
    ...base,
    tiers: {
      0: { ...tiers[0], ...room },
      1: { ...tiers[1], ...room },
      2: { ...tiers[2], ...room },
      3: { ...tiers[3], ...room },
    },
  };
  const state = schedulerState(limits, 0);
  const arrivals = workload({ seed: 1, load: 1, slots: 4, arrivals: queued, tenants: 50 });
  const running: string[] = [];
  let count = 0;
  const submit = (like: Arrival | undefined): void => {
    if (like === undefined) return;
    const job = { ...like, id: `${count++}`, costMs: like.predictedMs, deadlineMs: 1e12 };
    for (const effect of schedule(state, { kind: 'submitted', job }, 0)) {
      if (effect.kind === 'start') running.push(effect.id);
    }
  };
  for (const arrival of arrivals) if (arrival.tier > 0) submit(arrival);
  while (count < queued) submit(arrivals.find(({ tier }) => tier === 2));
  return () => {
    const id = running.shift() ?? '';
    for (const effect of schedule(state, { kind: 'settled', id, outcome: 'completed' }, 0)) {
      if (effect.kind === 'start') running.push(effect.id);
    }
    submit(arrivals[count % arrivals.length]);
  };
}
