import type { Clock, PatientId, Result, TenantId } from '@holdfast/kernel';
import { criticalFlagSignals } from '../clinical/critical-flag.ts';
import { contextReferences, contextSignals } from '../clinical/order-context.ts';
import type { Tier } from '../clinical/tier.ts';
import { assignTier, type TierPolicy } from '../clinical/tier-policy.ts';
import { contentHash } from '../content-hash.ts';
import {
  clinicalInstant,
  type FhirResource,
  type InputReference,
  inputReference,
  patientOf,
} from '../fhir-reading.ts';
import type { RoutedModel } from '../models/routing.ts';
import type { ConsentCheck, InferenceJob } from '../orchestrator/inference-job.ts';
import type { ConsentEvidence, InferenceRecord } from '../orchestrator/inference-record.ts';
import { type ModelReference, modelKey } from '../scores/scorer-registry.ts';
import { buildResults } from './build-results.ts';
import { type Gathered, isTriggeredBy, type LookUp, type Pipeline } from './pipeline.ts';

/** Inputs as the consent of this moment lets them be seen. */
export interface ReleasedInputs {
  readonly resources: readonly FhirResource[];
  readonly consent: ConsentEvidence;
}

export interface InputRefusal {
  /** denied: consent forbids; unavailable: they could not be read now, try again. */
  readonly kind: 'denied' | 'unavailable';
  readonly consent: ConsentEvidence | null;
}

export interface PipelinePorts {
  /** Runs the searches under the patient's consent for the purpose; the trigger is checked with them. */
  fetchInputs(request: InputRequest): Promise<Result<ReleasedInputs, InputRefusal>>;
  readonly orchestrator: { submit(job: InferenceJob): Promise<InferenceRecord> };
  /** How a consent is asked about again for these inputs; absent: the caller watches. */
  consentCheck?(inputs: readonly InputReference[]): ConsentCheck;
  /** Which version of its model answers for a patient; absent: the pipeline's own. */
  modelFor?(
    pipeline: Pipeline,
    of: { readonly patientId: PatientId; readonly tier: Tier },
  ): Promise<RoutedModel>;
  readonly tierPolicy: TierPolicy;
  newId(): string;
  readonly clock: Clock;
}

export interface InputRequest {
  readonly tenant: TenantId;
  readonly patientId: PatientId;
  readonly purpose: string;
  readonly trigger: InputReference;
  readonly lookUps: readonly LookUp[];
}

/** What the caller knows about the event beside the resource. */
export interface PipelineTrigger {
  readonly tenant: TenantId;
  readonly resource: FhirResource;
  /** Priority of the order behind the resource; null: none known. */
  readonly requestedPriority: string | null;
  readonly mode: InferenceJob['mode'];
  /** Literal reference of who asked, or `system` for an event. */
  readonly requester: string;
}

export interface PipelineRun {
  readonly record: InferenceRecord;
  /** To be written with the record in one transaction; empty where there is no result. */
  readonly resources: readonly FhirResource[];
}

/**
 * Equal inputs in equal versions give the same key, so an event that comes twice has one effect.
 * Hex SHA-256.
 */
export function idempotencyKey(
  pipeline: Pipeline,
  patientId: PatientId,
  {
    inputs,
    model = pipeline.model,
  }: { readonly inputs: readonly InputReference[]; readonly model?: ModelReference },
): string {
  const sorted = inputs
    .map(({ reference, version }) => `${reference}/_history/${version ?? ''}`)
    .toSorted();
  const { id, version } = pipeline;
  return contentHash([id, version, modelKey(model), patientId, sorted]);
}

/**
 * Runs a pipeline for a resource that triggers it. Null where it does not, or names no patient.
 * Denied inputs give a record and nothing else (INF-7).
 */
export async function runPipeline(
  pipeline: Pipeline,
  trigger: PipelineTrigger,
  ports: PipelinePorts,
): Promise<PipelineRun | null> {
  const { resource, tenant } = trigger;
  const patientId = patientOf(resource);
  if (patientId === null || !isTriggeredBy(pipeline, resource)) return null;
  const arrived = { at: ports.clock.now(), ms: ports.clock.monotonicMs() };
  const released = await ports.fetchInputs({
    tenant,
    patientId,
    purpose: pipeline.purpose,
    trigger: inputReference(resource),
    lookUps: [...pipeline.inputs(resource, patientId), ...contextLookUps(resource, patientId)],
  });
  const fetched = released.ok ? released.value.resources : [];
  const gathered = pipeline.gather(resource, fetched);
  const known = { gathered, context: fetched, patientId, id: ports.newId() };
  const job = jobOf(pipeline, trigger, known);
  if (!released.ok) {
    const record = withoutInputs(job, released.error, { ports, arrived });
    return { record, resources: [] };
  }
  const versioned = await withVersion(job, { pipeline, patientId, ports });
  const consentHolds = ports.consentCheck?.(job.inputs);
  const record = await ports.orchestrator.submit({
    ...versioned,
    consent: released.value.consent,
    ...(consentHolds === undefined ? {} : { consentHolds }),
  });
  if (record.output === null) return { record, resources: [] };
  const ids = { riskAssessment: ports.newId(), provenance: ports.newId() };
  const now = ports.clock.now();
  const resources = buildResults(pipeline, record, { ids, now, asOf: asOf(resource, now) });
  return { record, resources };
}

/** The job with the version of the model that is to answer it, where its model has versions. */
async function withVersion(
  job: JobWithoutConsent,
  of: { readonly pipeline: Pipeline; readonly patientId: PatientId; readonly ports: PipelinePorts },
): Promise<JobWithoutConsent> {
  const { pipeline, patientId, ports } = of;
  if (pipeline.lower === undefined || ports.modelFor === undefined) return job;
  const { tier } = assignTier(ports.tierPolicy, job.signals, job.requestedPriority);
  const { model, arm } = await ports.modelFor(pipeline, { patientId, tier });
  const variants = pipeline.lower.filter(({ rung }) => rung === 'variant');
  const lower = [{ rung: 'twin', model } as const, ...variants];
  const key = idempotencyKey(pipeline, patientId, { inputs: job.inputs, model });
  return { ...job, model, lower, arm, idempotencyKey: key };
}

/**
 * The moment that a score speaks of: that of what was measured or answered, not of the computing.
 * Records of years come in any order, and the newest state must not be hidden by an old one that was
 * scored after it; nor by one that is dated ahead.
 */
function asOf(resource: FhirResource, now: Date): Date {
  return new Date(Math.min(clinicalInstant(resource) ?? now.getTime(), now.getTime()));
}

/** The visit and the orders that say how urgent a resource is, beside what it says itself. */
function contextLookUps(resource: FhirResource, patientId: PatientId): LookUp[] {
  const { Encounter, ServiceRequest } = contextReferences(resource);
  const wanted = [
    { type: 'Encounter', ids: Encounter },
    { type: 'ServiceRequest', ids: ServiceRequest },
  ] as const;
  return wanted.flatMap(({ type, ids }) => {
    if (ids.length === 0) return [];
    const bare = { codes: [], sinceHours: null, asOf: new Date(0).toISOString() };
    return [{ type, patientId, ids, ...bare }];
  });
}

type JobWithoutConsent = Omit<InferenceJob, 'consent'>;

function jobOf(
  pipeline: Pipeline,
  trigger: PipelineTrigger,
  known: {
    readonly gathered: Gathered;
    readonly context: readonly FhirResource[];
    readonly patientId: PatientId;
    readonly id: string;
  },
): JobWithoutConsent {
  const inputs = known.gathered.used.map(inputReference);
  return {
    id: known.id,
    tenant: trigger.tenant,
    patientId: known.patientId,
    pipeline: { id: pipeline.id, version: pipeline.version },
    purpose: pipeline.purpose,
    requester: trigger.requester,
    requestedPriority: trigger.requestedPriority,
    mode: trigger.mode,
    signals: [
      ...(pipeline.score(known.gathered.input)?.signals ?? []),
      ...criticalFlagSignals(trigger.resource),
      ...contextSignals(known.context),
    ],
    model: pipeline.model,
    fallback: pipeline.fallback,
    ...(pipeline.lower === undefined ? {} : { lower: pipeline.lower }),
    input: known.gathered.input,
    inputs,
    idempotencyKey: idempotencyKey(pipeline, known.patientId, { inputs }),
  };
}

/** Evidence that nothing was computed. A denied trigger must not speak through the tier either. */
function withoutInputs(
  job: JobWithoutConsent,
  refusal: InputRefusal,
  context: {
    readonly ports: PipelinePorts;
    readonly arrived: { readonly at: Date; readonly ms: number };
  },
): InferenceRecord {
  const { ports, arrived } = context;
  const denied = refusal.kind === 'denied';
  const signals = denied ? [] : job.signals;
  const tierDecision = assignTier(ports.tierPolicy, signals, job.requestedPriority);
  const budgetMs = ports.tierPolicy.deadlineMs[tierDecision.tier][job.mode];
  const waitedMs = ports.clock.monotonicMs() - arrived.ms;
  return {
    id: job.id,
    tenant: job.tenant,
    patientId: job.patientId,
    pipeline: job.pipeline,
    purpose: job.purpose,
    consent: refusal.consent,
    requester: job.requester,
    tier: tierDecision.tier,
    tierDecision,
    arrivedAt: arrived.at.toISOString(),
    dispatchedAt: null,
    finishedAt: ports.clock.now().toISOString(),
    deadlineAt: new Date(arrived.at.getTime() + budgetMs).toISOString(),
    queueWaitMs: waitedMs,
    latencyMs: waitedMs,
    attempts: [],
    model: job.model,
    artifactSha256: null,
    inputHash: contentHash(denied ? null : job.input),
    inputs: job.inputs,
    idempotencyKey: job.idempotencyKey,
    outcome: refusal.kind,
    rung: 'none',
    degraded: false,
    reason: `inputs-${refusal.kind}`,
    retryAfterMs: null,
    output: null,
  };
}
