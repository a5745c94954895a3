import { uuidV7 } from '@holdfast/kernel';
import type { Content, WriteIntent, WriteOutcome } from '@holdfast/store';
import type { FastifyInstance } from 'fastify';
import { serverFault } from '../errors.ts';
import { auditedWrite } from './audited-write.ts';
import { conditionOf, queryText } from './fhir-condition.ts';
import {
  type Intake,
  ifMatch,
  ifNoneMatchAny,
  nameOf,
  sentContent,
  typeOf,
} from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import { patchOf } from './fhir-patch.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { answerDelete, answerWrite } from './fhir-write-answer.ts';
import { intakeOf } from './terminology-of.ts';

/** FHIR create, update, patch and delete, by id and by condition (https://hl7.org/fhir/R4/http.html). */
export function registerFhirWriteRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  const written = (intentOf: IntentOf) =>
    fhirHandler(options, async (served, exchange) => {
      const intent = await intentOf(intakeOf(served, exchange.who), exchange, served);
      const outcome = await write(served, intent, exchange);
      return answerWrite(served, exchange, outcome);
    });
  const deleted = (intentOf: IntentOf) =>
    fhirHandler(options, async (served, exchange) => {
      const intent = await intentOf(intakeOf(served, exchange.who), exchange, served);
      const outcome = await write(served, intent, exchange);
      return answerDelete(exchange, outcome);
    });
  app.post(`${FHIR_BASE}/:type`, written(create));
  app.put(`${FHIR_BASE}/:type`, written(updateMatching));
  app.put(`${FHIR_BASE}/:type/:id`, written(update));
  app.patch(`${FHIR_BASE}/:type`, written(patchMatching));
  app.patch(`${FHIR_BASE}/:type/:id`, written(patch));
  app.delete(`${FHIR_BASE}/:type`, deleted(removeMatching));
  app.delete(`${FHIR_BASE}/:type/:id`, deleted(remove));
}

async function write(
  options: FhirRoutesOptions,
  intent: WriteIntent,
  { who }: Exchange,
): Promise<WriteOutcome> {
  const [outcome] = await auditedWrite(options, who, { intents: [intent] });
  if (outcome === undefined) throw serverFault('SERVER_INTERNAL');
  return outcome;
}

type IntentOf = (
  intake: Intake,
  exchange: Exchange,
  ids: Pick<FhirRoutesOptions, 'clock' | 'random'>,
) => WriteIntent | Promise<WriteIntent>;

type Sent = ReturnType<typeof sentContent>;

const withId = ({ resource, numbers }: Sent, id: string): Content => ({
  resource: { ...resource, id },
  numbers,
});

async function create(
  intake: Intake,
  { request }: Exchange,
  { clock, random }: Pick<FhirRoutesOptions, 'clock' | 'random'>,
): Promise<WriteIntent> {
  const type = typeOf(request);
  const sent = sentContent(request, type, intake);
  const header = request.headers['if-none-exist'];
  const criteria = Array.isArray(header) ? header.join('&') : header;
  return {
    kind: 'create',
    ...withId(sent, uuidV7(clock, random)),
    ...(criteria !== undefined && { unless: await conditionOf(type, criteria, intake) }),
  };
}

function update(intake: Intake, { request, who }: Exchange): WriteIntent {
  const { type, id } = nameOf(request, who);
  const sent = sentContent(request, type, intake);
  if (sent.resource.id !== id) {
    throw serverFault('SERVER_ID_MISMATCH', { expression: [`${type}.id`] });
  }
  const ifAbsent = ifNoneMatchAny(request);
  return { kind: 'put', ...withId(sent, id), ifMatch: ifMatch(request), ifAbsent };
}

async function updateMatching(
  intake: Intake,
  { request }: Exchange,
  { clock, random }: Pick<FhirRoutesOptions, 'clock' | 'random'>,
): Promise<WriteIntent> {
  const type = typeOf(request);
  const matching = await conditionOf(type, queryText(request.url), intake);
  const sent = sentContent(request, type, intake);
  const { id } = sent.resource;
  return {
    kind: 'put-matching',
    matching,
    ...withId(sent, id ?? uuidV7(clock, random)),
    ownId: id !== undefined,
    ifMatch: ifMatch(request),
  };
}

function patch(intake: Intake, { request, who }: Exchange): WriteIntent {
  const { type, id } = nameOf(request, who);
  return { kind: 'patch', type, id, edit: patchOf(request, intake), ifMatch: ifMatch(request) };
}

async function patchMatching(intake: Intake, { request }: Exchange): Promise<WriteIntent> {
  const matching = await conditionOf(typeOf(request), queryText(request.url), intake);
  return {
    kind: 'patch-matching',
    matching,
    edit: patchOf(request, intake),
    ifMatch: ifMatch(request),
  };
}

function remove(_: Intake, { request, who }: Exchange): WriteIntent {
  const { type, id } = nameOf(request, who);
  return { kind: 'delete', type, id, ifMatch: ifMatch(request) };
}

async function removeMatching(intake: Intake, { request }: Exchange): Promise<WriteIntent> {
  const matching = await conditionOf(typeOf(request), queryText(request.url), intake);
  return { kind: 'delete-matching', matching, ifMatch: ifMatch(request) };
}
