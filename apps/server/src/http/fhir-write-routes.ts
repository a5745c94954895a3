import { uuidV7 } from '@holdfast/kernel';
import type { Content, WriteIntent, WriteOutcome } from '@holdfast/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
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

/** FHIR create, update, patch and delete, by id and by condition (https://hl7.org/fhir/R4/http.html). */
export function registerFhirWriteRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  const handler = (answer: (exchange: Exchange) => Promise<FastifyReply>) =>
    fhirHandler(options.verifier, answer);
  const written =
    (intentOf: (options: FhirRoutesOptions, exchange: Exchange) => WriteIntent) =>
    async (exchange: Exchange): Promise<FastifyReply> => {
      const outcome = await write(options, intentOf(options, exchange), exchange);
      return answerWrite(options, exchange, outcome);
    };
  const deleted =
    (intentOf: (options: FhirRoutesOptions, exchange: Exchange) => WriteIntent) =>
    async (exchange: Exchange): Promise<FastifyReply> => {
      const outcome = await write(options, intentOf(options, exchange), exchange);
      return answerDelete(exchange, outcome);
    };
  app.post(`${FHIR_BASE}/:type`, handler(written(create)));
  app.put(`${FHIR_BASE}/:type`, handler(written(updateMatching)));
  app.put(`${FHIR_BASE}/:type/:id`, handler(written(update)));
  app.patch(`${FHIR_BASE}/:type`, handler(written(patchMatching)));
  app.patch(`${FHIR_BASE}/:type/:id`, handler(written(patch)));
  app.delete(`${FHIR_BASE}/:type`, handler(deleted(removeMatching)));
  app.delete(`${FHIR_BASE}/:type/:id`, handler(deleted(remove)));
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

type Sent = ReturnType<typeof sentContent>;

const fhirBase = ({ baseUrl }: FhirRoutesOptions): string => `${baseUrl()}${FHIR_BASE}/`;

const intakeOf = (options: FhirRoutesOptions): Intake => ({
  base: fhirBase(options),
  validation: options.validation,
});

const withId = ({ resource, numbers }: Sent, id: string): Content => ({
  resource: { ...resource, id },
  numbers,
});

function create(options: FhirRoutesOptions, { request }: Exchange): WriteIntent {
  const type = typeOf(request);
  const sent = sentContent(request, type, intakeOf(options));
  const header = request.headers['if-none-exist'];
  const criteria = Array.isArray(header) ? header.join('&') : header;
  return {
    kind: 'create',
    ...withId(sent, uuidV7(options.clock, options.random)),
    ...(criteria !== undefined && { unless: conditionOf(type, criteria, fhirBase(options)) }),
  };
}

function update(options: FhirRoutesOptions, { request, who }: Exchange): WriteIntent {
  const { type, id } = nameOf(request, who);
  const sent = sentContent(request, type, intakeOf(options));
  if (sent.resource.id !== id) {
    throw serverFault('SERVER_ID_MISMATCH', { expression: [`${type}.id`] });
  }
  const ifAbsent = ifNoneMatchAny(request);
  return { kind: 'put', ...withId(sent, id), ifMatch: ifMatch(request), ifAbsent };
}

function updateMatching(options: FhirRoutesOptions, { request }: Exchange): WriteIntent {
  const type = typeOf(request);
  const matching = conditionOf(type, queryText(request.url), fhirBase(options));
  const sent = sentContent(request, type, intakeOf(options));
  const { id } = sent.resource;
  return {
    kind: 'put-matching',
    matching,
    ...withId(sent, id ?? uuidV7(options.clock, options.random)),
    ownId: id !== undefined,
    ifMatch: ifMatch(request),
  };
}

function patch(options: FhirRoutesOptions, { request, who }: Exchange): WriteIntent {
  const { type, id } = nameOf(request, who);
  return {
    kind: 'patch',
    type,
    id,
    edit: patchOf(request, intakeOf(options)),
    ifMatch: ifMatch(request),
  };
}

function patchMatching(options: FhirRoutesOptions, { request }: Exchange): WriteIntent {
  const matching = conditionOf(typeOf(request), queryText(request.url), fhirBase(options));
  return {
    kind: 'patch-matching',
    matching,
    edit: patchOf(request, intakeOf(options)),
    ifMatch: ifMatch(request),
  };
}

function remove(_: FhirRoutesOptions, { request, who }: Exchange): WriteIntent {
  const { type, id } = nameOf(request, who);
  return { kind: 'delete', type, id, ifMatch: ifMatch(request) };
}

function removeMatching(options: FhirRoutesOptions, { request }: Exchange): WriteIntent {
  const matching = conditionOf(typeOf(request), queryText(request.url), fhirBase(options));
  return { kind: 'delete-matching', matching, ifMatch: ifMatch(request) };
}
