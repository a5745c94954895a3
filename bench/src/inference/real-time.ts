import {
  defaultTierPolicy,
  InferenceOrchestrator,
  orchestratorLimits,
  type TierPolicy,
} from '@holdfast/inference';
import {
  type Arrival,
  arrivalsLasting,
  percentile,
  stoppableBackend,
  WORK_CLASSES,
  workload,
} from '@holdfast/inference/simulation';
import type { PatientId, TenantId } from '@holdfast/kernel';
import PQueue from 'p-queue';
import type { Figures } from '../bench.ts';
import { TimerBackend } from './timer-backend.ts';

const SLOTS = 4;
const PRIORITIES = { 0: 'stat', 1: 'asap', 2: 'routine', 3: 'background' } as const;

/** Takes an arrival; resolves when it has been answered. */
type Subject = (arrival: Arrival) => Promise<unknown>;

/**
 * The same arrivals at the same instants for all subjects, side by side in one process: timers
 * need next to no CPU, and what else the machine does then hits all of them alike.
 */
export async function realFigures(plan: {
  readonly load: number;
  readonly seed: number;
  readonly seconds: number;
}): Promise<Figures> {
  const { load, seed } = plan;
  const count = arrivalsLasting(plan.seconds, load, SLOTS);
  const arrivals = workload({ seed, load, slots: SLOTS, arrivals: count, tenants: 4 });
  const [alone, ours, pQueue] = [orchestrated(), orchestrated(), prioritised()];
  const latencies = { alone: [] as number[], ours: [] as number[], pQueue: [] as number[] };
  const started = performance.now();
  const timed = async (subject: Subject, arrival: Arrival, into: number[]): Promise<void> => {
    const from = performance.now();
    await subject(arrival);
    if (arrival.tier === 0) into.push(performance.now() - from);
  };
  const critical: Promise<void>[] = [];
  for (const arrival of arrivals) {
    const pauseMs = arrival.atMs - (performance.now() - started);
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const answers = [
      timed(ours, arrival, latencies.ours),
      timed(pQueue, arrival, latencies.pQueue),
      ...(arrival.tier === 0 ? [timed(alone, arrival, latencies.alone)] : []),
    ];
    if (arrival.tier === 0) critical.push(...answers);
  }
  await Promise.all(critical);
  const p99 = (samples: readonly number[]): number => percentile(samples, 0.99);
  const ratio = (samples: readonly number[]): number => p99(samples) / p99(latencies.alone);
  return {
    tier0: latencies.alone.length,
    'alone.tier0P99Ms': p99(latencies.alone),
    tier0P99Ratio: ratio(latencies.ours),
    'pQueue.tier0P99Ratio': ratio(latencies.pQueue),
  };
}

const within = (tier: 0 | 1 | 2 | 3) => {
  const { deadlineMs } = WORK_CLASSES[tier];
  return { interactive: deadlineMs, asynchronous: deadlineMs };
};

const policy: TierPolicy = {
  ...defaultTierPolicy,
  deadlineMs: { 0: within(0), 1: within(1), 2: within(2), 3: within(3) },
};

function orchestrated(): Subject {
  const orchestrator = new InferenceOrchestrator({
    backend: new TimerBackend(),
    tierPolicy: policy,
    // What could not be served in time is answered by the lower rung, and counts all the same.
    onReport: () => undefined,
    limits: { ...orchestratorLimits, scheduler: stoppableBackend(SLOTS), fallbackReserveMs: 5 },
  });
  const fallback = { id: 'phq-9', version: '1' };
  return ({ id, tenant, tier, runMs, chunkMs }) =>
    orchestrator.submit({
      id,
      tenant: tenant as TenantId,
      patientId: id as PatientId,
      pipeline: fallback,
      purpose: 'TREAT',
      consent: { decision: 'bench', policyVersion: '1', epoch: '1' },
      requester: 'bench',
      requestedPriority: PRIORITIES[tier],
      mode: 'asynchronous',
      signals: [],
      model: { id: `timed-${tier}`, version: '1' },
      fallback,
      input: { runMs, chunkMs: chunkMs ?? null },
      inputs: [],
      idempotencyKey: id,
      ...(chunkMs === undefined ? {} : { chunkMs }),
    });
}

function prioritised(): Subject {
  const queue = new PQueue({ concurrency: SLOTS });
  return ({ tier, runMs }) =>
    queue.add(() => new Promise<void>((resolve) => setTimeout(resolve, runMs)), {
      priority: -tier,
    });
}
