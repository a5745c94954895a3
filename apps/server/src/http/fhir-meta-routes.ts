import {
  editAsWritten,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type MetaLabels,
  metaAnswer,
  parseResourceBody,
  type Resource,
  type ResourceType,
  readMetaLabels,
  withLabels,
  withoutLabels,
} from '@holdfast/fhir';
import { ok } from '@holdfast/kernel';
import { type UsedLabel, usedLabels, type WriteIntent } from '@holdfast/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { FHIR_JSON } from './app.ts';
import { auditedWrite } from './audited-write.ts';
import { ifMatch, invalid, nameOf, resourceText, typeOf, withVersion } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import { editedContent } from './fhir-patch.ts';
import { auditedRead, releasedOf } from './fhir-read.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { ownSubscription } from './subscription-reads.ts';
import { intakeOf } from './terminology-of.ts';

/**
 * `$meta` of the system, a type, a resource; `$meta-add` and `$meta-delete` of a resource
 * (https://hl7.org/fhir/R4/resource-operation-meta.html). A stored version never changes, so the
 * latter two make a new one.
 */
export function registerFhirMetaRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  const read = (
    path: string,
    answer: Parameters<typeof fhirHandler<FhirRoutesOptions>>[1],
  ): void => {
    const handler = fhirHandler(options, answer);
    app.get(`${FHIR_BASE}${path}/$meta`, handler);
    app.post(`${FHIR_BASE}${path}/$meta`, handler);
  };
  read('', (served, exchange) => metaInUse(served, exchange, undefined));
  read('/:type', (served, exchange) => metaInUse(served, exchange, typeOf(exchange.request)));
  read('/:type/:id', metaOfOne);
  const change = (operation: string, edit: Edit): void => {
    const handler = fhirHandler(options, (served, exchange) => changeMeta(served, exchange, edit));
    app.post(`${FHIR_BASE}/:type/:id/${operation}`, handler);
  };
  change('$meta-add', withLabels);
  change('$meta-delete', withoutLabels);
}

type Edit = (resource: Resource, labels: MetaLabels) => Resource;

async function metaInUse(
  { pool, dictionary, gates, audit }: FhirRoutesOptions,
  { request, reply, who }: Exchange,
  type: ResourceType | undefined,
): Promise<FastifyReply> {
  const { tenant } = who.actor;
  const types = type === undefined ? [] : [type];
  const at = { db: pool, tenant, dictionary, gates: gates.gateSource(who.actor, 'read') };
  const { labels, epoch } = await usedLabels(types, at);
  const target = request.url.slice(FHIR_BASE.length + 1);
  const access = { interaction: 'operation-meta', action: 'R', target, outcome: SUCCESS } as const;
  await audit.accessed(who, { ...access, epoch }, []);
  return reply.type(FHIR_JSON).send(JSON.stringify(metaAnswer(metaOf(labels))));
}

function metaOf(labels: readonly UsedLabel[]): JsonObject {
  const meta: Record<string, JsonValue[]> = {};
  for (const { part, system, value } of labels) {
    const coding = { ...(system !== null && { system }), code: value };
    (meta[part] ??= []).push(part === 'profile' ? value : coding);
  }
  return meta;
}

async function metaOfOne(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const name = nameOf(request, who);
  if (name.type === 'Subscription') {
    const own = await ownSubscription(options, who, { id: name.id, db: options.pool });
    return withVersion(reply, own).type(FHIR_JSON).send(answerText(own.content));
  }
  const outcome = await auditedRead(options, who, { ...name, db: options.pool });
  request.facts.denied = outcome.kind === 'hidden';
  request.facts.patientId = outcome.kind === 'absent' ? null : outcome.version.facts.patientId;
  const row = releasedOf(who, outcome);
  return withVersion(reply, row).type(FHIR_JSON).send(answerText(row.content));
}

async function changeMeta(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
  edit: Edit,
): Promise<FastifyReply> {
  const { type, id } = nameOf(request, who);
  const parsed = parseResourceBody(resourceText(request), { type: 'Parameters' });
  if (!parsed.ok) throw invalid(400, parsed.error);
  const labels = readMetaLabels(parsed.value);
  if (!labels.ok) throw invalid(400, labels.error);
  const intake = intakeOf(options, who);
  const intent: WriteIntent = {
    kind: 'patch',
    type,
    id,
    ifMatch: ifMatch(request),
    edit: (content) => {
      const edited = editAsWritten([content], ([resource]) =>
        ok(edit(resource as Resource, labels.value)),
      );
      if (!edited.ok) throw serverFault('SERVER_INTERNAL');
      return editedContent(edited.value, intake);
    },
  };
  const [outcome] = await auditedWrite(options, who, { intents: [intent] });
  if (outcome?.kind !== 'written') throw serverFault('SERVER_INTERNAL');
  const { change } = outcome;
  request.facts.patientId = change.owner;
  return withVersion(reply, change).type(FHIR_JSON).send(answerText(change.content));
}

function answerText(content: string | null): string {
  const resource: unknown = JSON.parse(content ?? '{}');
  return JSON.stringify(metaAnswer(isJsonObject(resource) ? resource['meta'] : undefined));
}
