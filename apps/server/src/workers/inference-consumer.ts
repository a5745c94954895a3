import type { Actor, ConsentGates } from '@holdfast/consent';
import { type AnyConsumer, consumerOf, defineConsumer } from '@holdfast/events';
import { isResourceType, parseSearch, type Resource } from '@holdfast/fhir';
import {
  defaultTierPolicy,
  type InferenceOrchestrator,
  isTriggeredBy,
  news2Pipeline,
  type PipelinePorts,
  phq9Pipeline,
  recordInference,
  runPipeline,
} from '@holdfast/inference';
import { type Clock, err, ok, type Random, type RequestId, uuidV7 } from '@holdfast/kernel';
import {
  type CursorSeal,
  type Dictionary,
  type FhirRepository,
  lockStreams,
  read,
  search,
} from '@holdfast/store';
import type { Pool } from 'pg';
import type { AuditTrail } from '../audit-trail.ts';

export interface InferenceConsumerOptions {
  readonly actor: Actor;
  readonly pool: Pool;
  readonly gates: ConsentGates;
  readonly dictionary: Dictionary;
  readonly seal: CursorSeal;
  readonly repository: FhirRepository;
  readonly orchestrator: InferenceOrchestrator;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly random: Random;
}

type Identified = Resource & { readonly id: string };
type Run = NonNullable<Awaited<ReturnType<typeof runPipeline>>>;

const PIPELINES = [phq9Pipeline, news2Pipeline({ sinceHours: 1 })];

/**
 * Scores what arrives: reads the trigger and its inputs under the consent decision for `infer`,
 * asks the orchestrator, and commits record, RiskAssessment and Provenance with the event's offset.
 */
export function inferenceConsumer(options: InferenceConsumerOptions): AnyConsumer {
  const { actor, pool, gates, repository, audit, clock, random } = options;
  const gateSource = () => gates.gateSource(actor, 'infer');
  return consumerOf(
    defineConsumer<readonly Run[]>({
      group: 'inference',
      handles: {
        resourceTypes: ['Observation', 'QuestionnaireResponse'],
        interactions: ['create', 'update'],
      },
      external: async (event) => {
        if (!isResourceType(event.resourceType)) return [];
        const name = { tenant: event.tenant, type: event.resourceType, id: event.resourceId };
        const found = await read(pool, gateSource(), name);
        if (found.kind !== 'found' || found.version.content === null) return [];
        const resource = JSON.parse(found.version.content) as Resource;
        const runs: Run[] = [];
        for (const pipeline of PIPELINES) {
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
            portsOf(options, String(found.version.facts.consentClass)),
          );
          if (run !== null) runs.push(run);
        }
        return runs;
      },
      effect: async (tx, event, runs) => {
        if (runs.length > 0)
          await lockStreams(tx, event.tenant, [`Patient/${event.patientId ?? ''}`]);
        for (const { record, resources } of runs) {
          if ((await recordInference(tx, event.tenant, record)) === 'duplicate') continue;
          if (resources.length === 0) continue;
          const who = { actor, requestId: uuidV7(clock, random) as RequestId };
          await repository.write(
            resources.map((resource) => ({ kind: 'create', resource: resource as Identified })),
            {
              gates: gates.gateSource(actor, 'write'),
              actor: actor.principal,
              requestId: who.requestId,
              audit: audit.forWrite(who),
              transaction: tx,
            },
          );
        }
      },
    }),
  );
}

function portsOf(options: InferenceConsumerOptions, consentClass: string): PipelinePorts {
  const { actor, pool, gates, dictionary, seal, orchestrator, clock, random } = options;
  return {
    orchestrator,
    tierPolicy: defaultTierPolicy,
    clock,
    newId: () => uuidV7(clock, random),
    fetchInputs: async ({ lookUps }) => {
      const consent = {
        decision: `permit:class-${consentClass}`,
        policyVersion: 'starter',
        epoch: String(gates.gateSource(actor, 'infer').current().epoch),
      };
      const resources: Resource[] = [];
      for (const { type, patientId, codes, sinceHours, asOf } of lookUps) {
        const atMs = new Date(asOf).getTime();
        const since = sinceHours === null ? 0 : atMs - sinceHours * 3_600_000;
        const pairs: [string, string][] =
          type === 'Patient'
            ? [['_id', patientId]]
            : [
                ['patient', patientId],
                ...(codes.length > 0 ? [['code', codes.join(',')] satisfies [string, string]] : []),
                ['date', `ge${new Date(since).toISOString()}`],
                // A time written in whole seconds ends with its second, so `le` would miss it.
                ['date', `lt${new Date(atMs + 1_000).toISOString()}`],
                ['_count', '100'],
              ];
        const text = new URLSearchParams(pairs);
        const query = parseSearch(type, text);
        if (!query.ok) return err({ kind: 'unavailable', consent: null });
        const page = await search(query.value, {
          db: pool,
          tenant: actor.tenant,
          dictionary,
          seal,
          gates: gates.gateSource(actor, 'infer'),
        });
        for (const { content } of page.versions) {
          if (content !== null) resources.push(JSON.parse(content) as Resource);
        }
      }
      return ok({ resources, consent });
    },
  };
}
