import type { Actor, ConsentGates } from '@holdfast/consent';
import {
  type AnyConsumer,
  consumerOf,
  defineConsumer,
  type RecordedEvent,
  type Urgency,
} from '@holdfast/events';
import { isResourceType, parseSearch, type Resource } from '@holdfast/fhir';
import {
  defaultTierPolicy,
  type InferenceOrchestrator,
  type InferenceRecord,
  isTriggeredBy,
  type LookUp,
  type PipelinePorts,
  recordInference,
  runPipeline,
  shippedPipelines,
  type Tier,
  urgencyOf,
  withdrawn,
} from '@holdfast/inference';
import { type Clock, err, ok, type Random, type RequestId, uuidV7 } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import {
  type CursorSeal,
  type Dictionary,
  type FhirRepository,
  type GateSource,
  lockStreams,
  type ReadOutcome,
  type ResourceName,
  type RowFacts,
  read,
  search,
} from '@holdfast/store';
import type { Pool } from 'pg';
import { type Access, type Audited, type AuditTrail, MINOR, SUCCESS } from '../audit-trail.ts';
import { GATHER_MS } from '../limits.ts';
import { ScoringEffects } from './scoring-effects.ts';
import { type Admitted, standsConsent } from './standing-consent.ts';

export interface InferenceConsumerOptions {
  readonly actor: Actor;
  readonly pool: Pool;
  readonly gates: ConsentGates;
  readonly dictionary: Dictionary;
  readonly seal: CursorSeal;
  readonly repository: FhirRepository;
  readonly orchestrator: InferenceOrchestrator;
  readonly modelFor: NonNullable<PipelinePorts['modelFor']>;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of each committed score: milliseconds since the commit that called for it. */
  readonly onScored: (tier: Tier, latencyMs: number) => void;
  /** Told of each answer of the orchestrator, before anything of it is stored. */
  readonly onAnswered: (record: InferenceRecord) => void;
  /** Told after the commit of what was written here: the repository is told before it. */
  readonly onCommitted: () => void;
}

type Identified = Resource & { readonly id: string };
type Run = NonNullable<Awaited<ReturnType<typeof runPipeline>>> & {
  readonly who: Audited;
  readonly admitted: Admitted;
};

/** For the writer of an event: how soon it is to be looked at here. */
export const triggerUrgency = (resource: Resource, now: Date): Urgency =>
  urgencyOf(resource, { pipelines: shippedPipelines, tierPolicy: defaultTierPolicy, now });

/**
 * Two groups do the same to different events: what tier 0 may hang on never waits behind the many
 * that an import leaves. Between the two a patient's events have no order; a score needs none, as it
 * reads what is stored and is kept once for equal inputs.
 */
export const inferenceConsumers = (options: InferenceConsumerOptions): readonly AnyConsumer[] => [
  inferenceConsumer({ ...options, group: 'inference-now', urgency: 'now' }),
  inferenceConsumer({ ...options, group: 'inference', urgency: 'routine' }),
];

interface LaneOptions extends InferenceConsumerOptions {
  readonly group: string;
  readonly urgency: Urgency;
}

/**
 * Scores what arrives: reads the trigger and its inputs under the consent decision for `infer`,
 * asks the orchestrator, and commits record, RiskAssessment and Provenance with the event's offset.
 */
function inferenceConsumer(options: LaneOptions): AnyConsumer {
  const { actor, pool, gates, repository, audit, clock, random, group, urgency } = options;
  const effects = new ScoringEffects();
  const gateSource = () => gates.gateSource(actor, 'infer');
  return consumerOf(
    defineConsumer<readonly Run[]>({
      group,
      handles: { urgencies: [urgency] },
      gatherMs: urgency === 'now' ? 0 : GATHER_MS,
      external: async (event) => {
        if (!isResourceType(event.resourceType)) return [];
        const name = { tenant: event.tenant, type: event.resourceType, id: event.resourceId };
        const who = { actor, requestId: uuidV7(clock, random) as RequestId };
        const found = await read(pool, gateSource(), name);
        // On their way while scores are made, and durable before any of them is written.
        const recorded: Promise<void>[] = [];
        const record: RecordAccess = (access, rows) => {
          const recording = audit.accessed(who, access, rows);
          recording.catch(() => undefined); // awaited below, maybe after it failed
          recorded.push(recording);
        };
        record(...triggerRead(name, found));
        try {
          return await runsFor(options, { event, found, who, record });
        } finally {
          await Promise.all(recorded);
        }
      },
      effect: async (tx, event, runs) => {
        if (runs.length > 0)
          await lockStreams(tx, event.tenant, [`Patient/${event.patientId ?? ''}`]);
        const { tiers, writes } = effects.begin(event);
        for (const run of runs) {
          const { record, who } = run;
          const stands = await mayRelease(tx, gateSource(), run);
          const kept = stands ? record : withdrawn(record);
          if ((await recordInference(tx, event.tenant, kept)) === 'duplicate') continue;
          const resources = stands ? run.resources : [];
          if (resources.length === 0) continue;
          tiers.push(record.tier);
          const write = audit.forWriteWithin(who);
          writes.push(write);
          await repository.write(
            resources.map((resource) => ({ kind: 'create', resource: resource as Identified })),
            {
              gates: gates.gateSource(actor, 'write'),
              actor: actor.principal,
              requestId: who.requestId,
              audit: write.audit,
              transaction: tx,
            },
          );
        }
      },
      onHandled(events) {
        const nowMs = clock.now().getTime();
        const scored = events.map((event) => ({ event, tiers: effects.handled(event) }));
        if (scored.some(({ tiers }) => tiers.length > 0)) options.onCommitted();
        for (const { event, tiers } of scored) {
          // The event's time is the database's: two clocks may differ by a little.
          const latencyMs = Math.max(0, nowMs - event.occurredAt.getTime());
          for (const tier of tiers) options.onScored(tier, latencyMs);
        }
      },
      onUndone: (events) => events.forEach((event) => effects.undone(event)),
    }),
  );
}

/**
 * The last word, under the lock of the patient's stream: no Consent of the patient commits between
 * this look and the result.
 */
async function mayRelease(
  tx: Queryable,
  gates: GateSource,
  { record, admitted }: Run,
): Promise<boolean> {
  if (record.output === null) return true;
  return await standsConsent(tx, gates, { admitted, inputs: record.inputs });
}

/** The platform's own reads are as accountable as anybody's (invariant 2). */
function triggerRead(name: ResourceName, found: ReadOutcome): [Access, RowFacts[]] {
  const { type, id } = name;
  const facts = found.kind === 'absent' ? [] : [found.version.facts];
  const hidden = found.kind === 'hidden';
  const access = {
    interaction: 'read',
    action: 'R',
    target:
      found.kind === 'absent' ? `${type}/${id}` : `${type}/${id}/_history/${found.version.version}`,
    outcome: found.kind === 'found' ? SUCCESS : MINOR,
    epoch: found.epoch,
    hidden: hidden ? facts : [],
  } satisfies Access;
  return [access, hidden ? [] : facts];
}

/** Records an access of the consumer's. */
type RecordAccess = (access: Access, rows: readonly RowFacts[]) => void;

interface Triggered {
  readonly event: RecordedEvent;
  readonly found: ReadOutcome;
  readonly who: Audited;
  readonly record: RecordAccess;
}

async function runsFor(
  options: InferenceConsumerOptions,
  { event, found, who, record }: Triggered,
): Promise<readonly Run[]> {
  if (found.kind !== 'found' || found.version.content === null) return [];
  const resource = JSON.parse(found.version.content) as Resource;
  const name = { tenant: event.tenant, type: resource.resourceType, id: event.resourceId };
  const admitted = { name, facts: found.version.facts, epoch: found.epoch };
  const ports = portsOf(options, record, admitted);
  const runs: Run[] = [];
  for (const pipeline of shippedPipelines) {
    if (!isTriggeredBy(pipeline, resource)) continue;
    const run = await runPipeline(
      pipeline,
      {
        tenant: event.tenant,
        resource,
        requestedPriority: null,
        mode: 'asynchronous',
        requester: event.actor,
      },
      ports,
    );
    if (run === null) continue;
    options.onAnswered(run.record);
    runs.push({ ...run, who, admitted });
    // What may not be looked at any more starts nothing further, and its record is not kept waiting.
    if (run.record.reason === 'consent-withdrawn') break;
  }
  return runs;
}

function portsOf(
  options: InferenceConsumerOptions,
  record: RecordAccess,
  admitted: Admitted,
): PipelinePorts {
  const { actor, pool, gates, dictionary, seal, orchestrator, modelFor, clock, random } = options;
  return {
    orchestrator,
    modelFor,
    tierPolicy: defaultTierPolicy,
    clock,
    newId: () => uuidV7(clock, random),
    // Its release is decided in the transaction of its effect.
    consentCheck: (inputs) => (moment) =>
      moment === 'release' ||
      standsConsent(pool, gates.gateSource(actor, 'infer'), { admitted, inputs }),
    fetchInputs: async ({ lookUps }) => {
      const consent = {
        decision: `permit:class-${admitted.facts.consentClass}`,
        policyVersion: gates.policyVersion(actor.tenant),
        epoch: String(gates.gateSource(actor, 'infer').current().epoch),
      };
      const resources: Resource[] = [];
      for (const lookUp of lookUps) {
        const { type, patientId } = lookUp;
        const text = new URLSearchParams(searchOf(lookUp));
        const query = parseSearch(type, text);
        if (!query.ok) return err({ kind: 'unavailable', consent: null });
        const page = await search(query.value, {
          db: pool,
          tenant: actor.tenant,
          dictionary,
          seal,
          gates: gates.gateSource(actor, 'infer'),
        });
        record(
          {
            interaction: 'search-type',
            action: 'E',
            target: `${type}?${text.toString()}`,
            outcome: SUCCESS,
            epoch: page.epoch,
            named: [patientId],
          },
          page.versions.map((version) => version.facts),
        );
        for (const { content } of page.versions) {
          if (content !== null) resources.push(JSON.parse(content) as Resource);
        }
      }
      return ok({ resources, consent });
    },
  };
}

function searchOf(lookUp: LookUp): [string, string][] {
  const { type, patientId, ids, codes, sinceHours, asOf, newestFirst } = lookUp;
  if (type === 'Patient') return [['_id', patientId]];
  const ofPatient: [string, string] = ['patient', patientId];
  if (ids !== undefined) return [ofPatient, ['_id', ids.join(',')]];
  const atMs = new Date(asOf).getTime();
  const since = sinceHours === null ? 0 : atMs - sinceHours * 3_600_000;
  const coded: [string, string][] = codes.length > 0 ? [['code', codes.join(',')]] : [];
  return [
    ofPatient,
    ...coded,
    ['date', `ge${new Date(since).toISOString()}`],
    // A time written in whole seconds ends with its second, so `le` would miss it.
    ['date', `lt${new Date(atMs + 1_000).toISOString()}`],
    ...(newestFirst === true ? [['_sort', '-date'] satisfies [string, string]] : []),
    ['_count', '100'],
  ];
}
