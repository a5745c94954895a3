import type { TenantId } from '@holdfast/kernel';
import { Admission, type AdmissionEffect } from '../admission.ts';
import type { AdmissionLimits } from '../limits.ts';
import type { PriorityClass } from '../priority.ts';

export interface Arrival {
  readonly id: string;
  readonly atMs: number;
  readonly priority: PriorityClass;
  readonly tenant: number;
  /** Processor milliseconds it takes when alone. */
  readonly workMs: number;
}

export interface Answer {
  readonly arrival: Arrival;
  readonly outcome: 'answered' | 'refused';
  readonly latencyMs: number;
}

interface Job {
  readonly arrival: Arrival;
  leftMs: number;
}

/**
 * A server of so many processors, shared evenly by what is in service, under virtual time: the more
 * is let in, the slower everything gets. `limits: null` lets everything in.
 */
export function serve(
  arrivals: readonly Arrival[],
  processors: number,
  limits: AdmissionLimits | null,
): readonly Answer[] {
  const admission = limits === null ? null : new Admission(limits);
  const byId = new Map(arrivals.map((arrival) => [arrival.id, arrival]));
  const jobs = new Map<string, Job>();
  const answers: Answer[] = [];
  let [now, next] = [0, 0];

  const start = (arrival: Arrival) => jobs.set(arrival.id, { arrival, leftMs: arrival.workMs });
  const carryOut = (effects: readonly AdmissionEffect[]): void => {
    for (const { kind, id } of effects) {
      const arrival = byId.get(id);
      if (arrival === undefined) continue;
      if (kind === 'admit') start(arrival);
      else answers.push({ arrival, outcome: 'refused', latencyMs: now - arrival.atMs });
    }
  };
  const offer = (arrival: Arrival): void => {
    if (admission === null) start(arrival);
    else {
      const { id, priority, workMs } = arrival;
      const tenant = arrival.tenant as TenantId;
      carryOut(admission.offer({ id, priority, tenant, kind: priority, cost: workMs }, now));
    }
  };

  for (;;) {
    const speed = Math.min(1, processors / Math.max(1, jobs.size));
    let shortest: Job | undefined;
    for (const job of jobs.values())
      if (job.leftMs < (shortest?.leftMs ?? Infinity)) shortest = job;
    const endsMs = shortest === undefined ? Infinity : now + shortest.leftMs / speed;
    const arrivesMs = arrivals[next]?.atMs ?? Infinity;
    const ticksMs = admission?.nextTickMs() ?? Infinity;
    const until = Math.min(endsMs, arrivesMs, ticksMs);
    if (until === Infinity) return answers;
    for (const job of jobs.values()) job.leftMs -= (until - now) * speed;
    now = until;
    if (until === endsMs && shortest !== undefined) {
      const { arrival } = shortest;
      jobs.delete(arrival.id);
      answers.push({ arrival, outcome: 'answered', latencyMs: now - arrival.atMs });
      if (admission !== null) carryOut(admission.finish(arrival.id, now));
    } else if (until === arrivesMs) {
      const arrival = arrivals[next];
      next += 1;
      if (arrival !== undefined) offer(arrival);
    } else if (admission !== null) carryOut(admission.tick(now));
  }
}
