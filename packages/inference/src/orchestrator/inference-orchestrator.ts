import {
  type Clock,
  err,
  invariant,
  type PatientId,
  systemClock,
  systemTimers,
  type TenantId,
  type Timers,
  unreachable,
} from '@holdfast/kernel';
import type { BackendIncident, InferenceBackend } from '../backend/inference-backend.ts';
import { defaultTierPolicy } from '../clinical/default-tier-policy.ts';
import type { Tier } from '../clinical/tier.ts';
import { TierInflation } from '../clinical/tier-inflation.ts';
import type { TierPolicy } from '../clinical/tier-policy.ts';
import { type OrchestratorLimits, orchestratorLimits } from '../limits.ts';
import { schedule } from '../scheduler/schedule.ts';
import {
  type DegradeReason,
  nextWakeMs,
  oldestWaitMs,
  type SchedulerEffect,
  type SchedulerEvent,
  type SchedulerState,
  schedulerState,
} from '../scheduler/scheduler-state.ts';
import { modelKey, type ScorerRegistry, scorerRegistry } from '../scores/scorer-registry.ts';
import {
  causeOfDegradation,
  causeOfFailure,
  type FailureCause,
  type FailureReport,
} from './failure-report.ts';
import type { InferenceJob } from './inference-job.ts';
import type { InferenceRecord, Rung } from './inference-record.ts';
import { type LowerAnswer, LowerRungs } from './lower-rungs.ts';
import { checkOutput } from './output-check.ts';
import { PendingInference } from './pending-inference.ts';
import { RunCosts } from './run-costs.ts';
import { type OrchestratorSnapshot, TierGauge } from './tier-gauges.ts';

export interface OrchestratorOptions {
  readonly backend: InferenceBackend;
  readonly onReport: (report: FailureReport) => void;
  /** The back end answers again: what was reported as exited or left alone is over. */
  readonly onRecovered?: (component: string) => void;
  /** The share of tier 0 in a tenant's work is a usual one again. */
  readonly onDeflated?: (tenant: TenantId) => void;
  readonly tierPolicy?: TierPolicy;
  readonly limits?: OrchestratorLimits;
  /** The deterministic scores of the second rung. */
  readonly scorers?: ScorerRegistry;
  readonly clock?: Clock;
  readonly timers?: Timers;
}

const QUEUE = 'inference-queue';

/** The shell around the scheduler: runs what it says, answers every job once, reports failures. */
export class InferenceOrchestrator {
  readonly #backend: InferenceBackend;
  readonly #onReport: (report: FailureReport) => void;
  readonly #policy: TierPolicy;
  readonly #limits: OrchestratorLimits;
  readonly #scorers: ScorerRegistry;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #state: SchedulerState;
  readonly #pending = new Map<string, PendingInference>();
  readonly #costs: RunCosts;
  readonly #lower: LowerRungs;
  readonly #inflation = new TierInflation();
  readonly #onDeflated: (tenant: TenantId) => void;
  readonly #gauges: Readonly<Record<Tier, TierGauge>>;
  readonly #unsubscribe: readonly (() => void)[];
  readonly #rungs = { backend: 0, twin: 0, variant: 0, 'in-process': 0 };
  #alarm: { readonly atMs: number; readonly cancel: () => void } | null = null;
  #stopped = false;

  constructor(options: OrchestratorOptions) {
    this.#backend = options.backend;
    this.#onReport = options.onReport;
    this.#onDeflated = options.onDeflated ?? (() => undefined);
    this.#policy = options.tierPolicy ?? defaultTierPolicy;
    this.#limits = options.limits ?? orchestratorLimits;
    this.#scorers = options.scorers ?? scorerRegistry;
    this.#clock = options.clock ?? systemClock;
    this.#timers = options.timers ?? systemTimers;
    this.#state = schedulerState(this.#limits.scheduler, this.#clock.monotonicMs());
    this.#costs = new RunCosts(this.#limits.assumedCostMs);
    this.#lower = new LowerRungs(this.#scorers, this.#clock, this.#limits.assumedCostMs);
    const gauge = (): TierGauge => new TierGauge(this.#limits.latencyWindow);
    this.#gauges = { 0: gauge(), 1: gauge(), 2: gauge(), 3: gauge() };
    const { component } = this.#backend;
    this.#unsubscribe = [
      this.#backend.onFailure((incident) => this.#backendFailed(incident)),
      this.#backend.onRecovered(() => options.onRecovered?.(component)),
    ];
  }

  /** Resolves with the job's record, whatever became of it, by its tier's deadline. */
  submit(job: InferenceJob): Promise<InferenceRecord> {
    return new Promise((resolve) => {
      invariant(!this.#pending.has(job.id), 'INF-6 a job is submitted once');
      const context = { policy: this.#policy, clock: this.#clock };
      const pending = new PendingInference(job, context, resolve);
      this.#pending.set(job.id, pending);
      if (this.#stopped) {
        this.#giveUp(pending, 'cancelled', { reason: 'stopped' });
        return;
      }
      this.#watchInflation(job.tenant, pending.tierDecision.tier);
      const availableMs = pending.budgetMs - this.#limits.fallbackReserveMs;
      this.#advance({
        kind: 'submitted',
        job: {
          id: job.id,
          tenant: job.tenant,
          tier: pending.tierDecision.tier,
          costMs: this.#costs.predict(job.model, availableMs),
          deadlineMs: pending.arrivedMs + availableMs,
          ...(job.chunkMs === undefined ? {} : { chunkMs: job.chunkMs }),
        },
      });
    });
  }

  cancel(id: string, reason: string): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    pending.cancelReason = reason;
    this.#advance({ kind: 'cancelled', id });
  }

  /** For a revoked consent: what waits does not run, what runs is not released. */
  cancelPatient(tenant: TenantId, patientId: PatientId, reason: string): void {
    for (const { job } of [...this.#pending.values()]) {
      if (job.tenant === tenant && job.patientId === patientId) this.cancel(job.id, reason);
    }
  }

  /**
   * After a patient's consents changed: cancels what waits and may not run any more. What runs is
   * asked again before its result is released.
   */
  async recheckConsent(tenant: TenantId, patientId: PatientId): Promise<void> {
    const waiting = [...this.#pending.values()].filter(
      ({ job }) =>
        job.tenant === tenant &&
        job.patientId === patientId &&
        this.#state.entries.get(job.id)?.phase === 'waiting',
    );
    await Promise.all(
      waiting.map(async (pending) => {
        if (await this.#consents(pending, 'dispatch')) return;
        this.cancel(pending.job.id, 'consent-withdrawn');
      }),
    );
  }

  snapshot(): OrchestratorSnapshot {
    const now = this.#clock.monotonicMs();
    const running = { 0: 0, 1: 0, 2: 0, 3: 0 };
    for (const entry of this.#state.running) running[entry.job.tier] += 1;
    const read = (tier: Tier) =>
      this.#gauges[tier].read({
        waiting: this.#state.backlog[tier].jobs,
        running: running[tier],
        oldestWaitMs: oldestWaitMs(this.#state, tier, now),
      });
    return { 0: read(0), 1: read(1), 2: read(2), 3: read(3) };
  }

  /** Answers since the start, by rung. */
  rungs(): Readonly<Record<Exclude<Rung, 'none'>, number>> {
    return { ...this.#rungs };
  }

  /** Takes no more work and cancels what is open. The back end is its owner's to stop. */
  stop(): void {
    this.#stopped = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const id of [...this.#pending.keys()]) this.cancel(id, 'stopped');
    this.#alarm?.cancel();
  }

  #advance(event: SchedulerEvent): void {
    for (const effect of schedule(this.#state, event, this.#clock.monotonicMs())) {
      const pending = this.#pending.get(effect.id);
      if (pending !== undefined) this.#apply(effect, pending);
    }
    this.#arm();
  }

  #apply(effect: SchedulerEffect, pending: PendingInference): void {
    switch (effect.kind) {
      case 'start':
        void this.#run(pending, effect.remainingMs);
        return;
      case 'complete':
        void this.#complete(pending);
        return;
      case 'fall-back':
        void this.#fallBack(pending, effect.reason);
        return;
      case 'refuse':
        this.#report(pending, causeOfDegradation(effect.reason), QUEUE);
        return this.#giveUp(pending, 'refused', effect);
      case 'drop':
        return this.#giveUp(pending, 'cancelled', { reason: pending.cancelReason });
      case 'preempt':
        pending.stop?.abort();
        return;
      default:
        return unreachable(effect);
    }
  }

  /** One armed timer for whatever is due first; none when nothing is. */
  #arm(): void {
    const atMs = nextWakeMs(this.#state);
    if (this.#alarm?.atMs === atMs) return;
    this.#alarm?.cancel();
    this.#alarm = null;
    if (atMs === null || this.#stopped) return;
    const cancel = this.#timers.after(atMs - this.#clock.monotonicMs(), () => {
      this.#alarm = null;
      this.#advance({ kind: 'tick' });
    });
    this.#alarm = { atMs, cancel };
  }

  async #run(pending: PendingInference, remainingMs: number): Promise<void> {
    const { job } = pending;
    // What starts in the instant of its admission has just been decided.
    const waited = this.#clock.monotonicMs() > pending.arrivedMs;
    const asks = waited && job.consentHolds !== undefined;
    if (asks && !(await this.#consents(pending, 'dispatch'))) {
      this.cancel(job.id, 'consent-withdrawn');
      this.#advance({ kind: 'settled', id: job.id, outcome: 'failed' });
      return;
    }
    pending.dispatched();
    pending.stop = new AbortController();
    const [startedAt, startedMs] = [this.#clock.now(), this.#clock.monotonicMs()];
    const answer = await this.#backend
      .infer(
        {
          ...{ id: job.id, model: job.model, input: job.input, progress: pending.progress },
          tier: pending.tierDecision.tier,
        },
        { deadlineMs: remainingMs, signal: pending.stop.signal },
      )
      // A back end that breaks its contract must not cost a patient the answer, nor us a slot.
      .catch(() => err({ kind: 'scorer-failed', text: 'the back end threw' } as const));
    pending.stop = null;
    const result = answer.ok ? checkOutput(job.model, answer.value) : answer;
    const durationMs = this.#clock.monotonicMs() - startedMs;
    pending.attempts.push({
      rung: 'backend',
      component: this.#backend.component,
      model: modelKey(job.model),
      startedAt: startedAt.toISOString(),
      durationMs,
      outcome: result.ok ? 'answered' : result.error.kind,
    });
    if (result.ok) {
      this.#costs.learn(job.model, pending.usedMs + durationMs);
      pending.output = result.value;
      this.#advance({ kind: 'settled', id: job.id, outcome: 'completed' });
      return;
    }
    if (result.error.kind === 'yielded') {
      pending.usedMs += durationMs;
      pending.progress = result.error.progress;
      this.#advance({ kind: 'yielded', id: job.id, leftMs: result.error.leftMs });
      return;
    }
    pending.lastFailure = `backend-${result.error.kind}`;
    const cause = causeOfFailure(result.error);
    // A job that has its answer already was reported when it got it.
    const isOpen = this.#pending.get(job.id) === pending;
    if (cause !== null && isOpen) this.#report(pending, cause, this.#backend.component);
    const outcome = result.error.kind === 'aborted' ? 'preempted' : 'failed';
    this.#advance({ kind: 'settled', id: job.id, outcome });
  }

  async #complete(pending: PendingInference): Promise<void> {
    const { output } = pending;
    invariant(output !== null, 'INF-6 only an answer completes a job');
    if (pending.job.consentHolds === undefined || (await this.#mayRelease(pending))) {
      // A child without the native library runs the twin: the same numbers, and it is said.
      const isTwin = output.runtime === 'typescript';
      const reason = isTwin ? 'native-runtime-unavailable' : null;
      const { model } = pending.job;
      this.#answer(pending, { rung: isTwin ? 'twin' : 'backend', reason, output, model });
    }
  }

  async #consents({ job }: PendingInference, moment: 'dispatch' | 'release'): Promise<boolean> {
    try {
      return (await job.consentHolds?.(moment)) ?? true;
    } catch {
      return false;
    }
  }

  /** False: it is cancelled, or somebody else has ended it meanwhile. */
  async #mayRelease(pending: PendingInference): Promise<boolean> {
    const holds = await this.#consents(pending, 'release');
    if (this.#pending.get(pending.job.id) !== pending) return false;
    if (!holds) this.#giveUp(pending, 'cancelled', { reason: 'consent-withdrawn' });
    return holds;
  }

  async #fallBack(pending: PendingInference, why: DegradeReason | 'failed'): Promise<void> {
    const { job } = pending;
    if (job.consentHolds !== undefined && !(await this.#mayRelease(pending))) return;
    if (why !== 'failed') {
      const component = why === 'deadline-while-running' ? this.#backend.component : QUEUE;
      this.#report(pending, causeOfDegradation(why), component);
    }
    const reason = why === 'failed' ? (pending.lastFailure ?? why) : why;
    const answer = this.#lower.answer(pending);
    if (answer === null) this.#giveUp(pending, 'failed', { reason });
    else this.#answer(pending, { ...answer, reason });
  }

  /** Under the name of what computed it: a lower rung never answers under a better one's. */
  #answer(
    pending: PendingInference,
    answer: LowerAnswer & { readonly reason: string | null },
  ): void {
    const artifactSha256 = this.#scorers.get(modelKey(answer.model))?.artifactSha256 ?? null;
    this.#finish(pending, pending.record({ outcome: 'answered', ...answer, artifactSha256 }));
  }

  #giveUp(
    pending: PendingInference,
    outcome: 'refused' | 'cancelled' | 'failed',
    because: { readonly reason: string; readonly retryAfterMs?: number },
  ): void {
    const bare = { outcome, rung: 'none', output: null, artifactSha256: null } as const;
    this.#finish(pending, pending.record({ ...bare, ...because, model: pending.job.model }));
  }

  #finish(pending: PendingInference, record: InferenceRecord): void {
    this.#pending.delete(pending.job.id);
    this.#gauges[record.tier].count(record);
    if (record.rung !== 'none') this.#rungs[record.rung] += 1;
    pending.resolve(record);
  }

  #watchInflation(tenant: TenantId, tier: Tier): void {
    const change = this.#inflation.arrived(tenant, tier, this.#clock.monotonicMs());
    if (change === 'over') this.#onDeflated(tenant);
    if (change !== 'raised') return;
    this.#onReport({
      cause: 'inference-tier-inflation',
      component: QUEUE,
      tenant,
      patients: [],
      tier: 0,
      at: this.#clock.now(),
    });
  }

  #report(pending: PendingInference, cause: FailureCause, component: string): void {
    const { tenant, patientId } = pending.job;
    const { tier } = pending.tierDecision;
    this.#onReport({
      cause,
      component,
      tenant,
      patients: [patientId],
      tier,
      at: this.#clock.now(),
    });
  }

  /** What it took down reports for itself, with its patient; here is left what hit nobody. */
  #backendFailed(incident: BackendIncident): void {
    if (incident.requests.length > 0) return;
    const cause =
      incident.kind === 'exited' ? 'inference-backend-exited' : 'inference-breaker-open';
    const { component, at } = incident;
    this.#onReport({ cause, component, tenant: null, patients: [], tier: null, at });
  }
}
