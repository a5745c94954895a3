import type { Clock } from '@holdfast/kernel';
import { assignTier, type TierDecision, type TierPolicy } from '../clinical/tier-policy.ts';
import { contentHash } from '../content-hash.ts';
import type { ScoreOutput } from '../scores/score-output.ts';
import type { ModelReference } from '../scores/scorer-registry.ts';
import type { InferenceJob } from './inference-job.ts';
import {
  type Attempt,
  type InferenceOutcome,
  type InferenceRecord,
  isDegraded,
  type Rung,
} from './inference-record.ts';

export interface Ending {
  readonly outcome: InferenceOutcome;
  readonly rung: Rung;
  readonly reason: string | null;
  readonly model: ModelReference;
  readonly artifactSha256: string | null;
  readonly output: ScoreOutput | null;
  readonly retryAfterMs?: number;
}

/** A job between its arrival and its record. */
export class PendingInference {
  readonly job: InferenceJob;
  readonly tierDecision: TierDecision;
  /** End-to-end, from arrival. */
  readonly budgetMs: number;
  readonly arrivedMs: number;
  readonly attempts: Attempt[] = [];
  readonly resolve: (record: InferenceRecord) => void;
  /** Set while a run can be stopped. */
  stop: AbortController | null = null;
  /** The back end's answer, until the scheduler says that it stands. */
  output: ScoreOutput | null = null;
  lastFailure: string | null = null;
  /** Of a run that yielded: where it goes on, and the slot time it has used. */
  progress: unknown = undefined;
  usedMs = 0;
  cancelReason = 'cancelled';
  readonly #clock: Clock;
  readonly #arrivedAt: Date;
  #dispatched: { readonly at: Date; readonly ms: number } | null = null;

  constructor(
    job: InferenceJob,
    context: { readonly policy: TierPolicy; readonly clock: Clock },
    resolve: (record: InferenceRecord) => void,
  ) {
    this.job = job;
    this.#clock = context.clock;
    this.#arrivedAt = context.clock.now();
    this.arrivedMs = context.clock.monotonicMs();
    this.tierDecision = assignTier(context.policy, job.signals, job.requestedPriority);
    this.budgetMs = context.policy.deadlineMs[this.tierDecision.tier][job.mode];
    this.resolve = resolve;
  }

  dispatched(): void {
    // A run that was preempted and started again waited no longer than until its first start.
    this.#dispatched ??= { at: this.#clock.now(), ms: this.#clock.monotonicMs() };
  }

  record(ending: Ending): InferenceRecord {
    const { job, tierDecision } = this;
    const finishedMs = this.#clock.monotonicMs();
    return {
      id: job.id,
      tenant: job.tenant,
      patientId: job.patientId,
      pipeline: job.pipeline,
      purpose: job.purpose,
      consent: job.consent,
      requester: job.requester,
      tier: tierDecision.tier,
      tierDecision,
      arrivedAt: this.#arrivedAt.toISOString(),
      dispatchedAt: this.#dispatched?.at.toISOString() ?? null,
      finishedAt: this.#clock.now().toISOString(),
      deadlineAt: new Date(this.#arrivedAt.getTime() + this.budgetMs).toISOString(),
      queueWaitMs: (this.#dispatched?.ms ?? finishedMs) - this.arrivedMs,
      latencyMs: finishedMs - this.arrivedMs,
      attempts: this.attempts,
      model: ending.model,
      artifactSha256: ending.artifactSha256,
      ...(job.arm === undefined ? {} : { arm: job.arm }),
      inputHash: contentHash(job.input),
      inputs: job.inputs,
      idempotencyKey: job.idempotencyKey,
      outcome: ending.outcome,
      rung: ending.rung,
      degraded: isDegraded(ending.rung),
      reason: ending.reason,
      retryAfterMs: ending.retryAfterMs ?? null,
      output: ending.output,
    };
  }
}
