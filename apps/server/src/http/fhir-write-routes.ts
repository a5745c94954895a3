import { uuidV7 } from '@holdfast/kernel';
import type { Change, WriteContext, WriteIntent } from '@holdfast/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Audited } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { FHIR_JSON } from './app.ts';
import { body, type Identified, ifMatch, nameOf, typeOf, withVersion } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes.ts';

/** FHIR create, update and delete (https://hl7.org/fhir/R4/http.html). */
export function registerFhirWriteRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  app.post(
    `${FHIR_BASE}/:type`,
    fhirHandler(options.verifier, (exchange) => create(options, exchange)),
  );
  app.put(
    `${FHIR_BASE}/:type/:id`,
    fhirHandler(options.verifier, (exchange) => update(options, exchange)),
  );
  app.delete(
    `${FHIR_BASE}/:type/:id`,
    fhirHandler(options.verifier, (exchange) => remove(options, exchange)),
  );
}

/** Whose write it is, what it may touch, and the records that commit with it. */
export function writeContext({ gates, audit }: FhirRoutesOptions, who: Audited): WriteContext {
  return {
    gates: gates.gateSource(who.actor, 'write'),
    actor: who.actor.principal,
    requestId: who.requestId,
    audit: audit.forWrite(who),
  };
}

async function create(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  if (request.headers['if-none-exist'] !== undefined)
    throw serverFault('SERVER_CONDITION_UNSUPPORTED');
  const resource = body(request, typeOf(request));
  const { clock, random, repository } = options;
  const intent: WriteIntent = {
    kind: 'create',
    resource: { ...resource, id: uuidV7(clock, random) },
  };
  const [change] = await repository.write([intent], writeContext(options, who));
  return answerWrite(options, reply, { change, status: 201 });
}

async function update(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const { type, id } = nameOf(request, who);
  const resource = body(request, type);
  if (resource.id !== id) {
    throw serverFault('SERVER_ID_MISMATCH', { expression: [`${type}.id`] });
  }
  const intent: WriteIntent = {
    kind: 'put',
    resource: resource as Identified,
    ifMatch: ifMatch(request),
  };
  const [change] = await options.repository.write([intent], writeContext(options, who));
  const status = change?.interaction === 'create' ? 201 : 200;
  return answerWrite(options, reply, { change, status });
}

async function remove(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const { type, id } = nameOf(request, who);
  const intent: WriteIntent = { kind: 'delete', type, id, ifMatch: ifMatch(request) };
  await options.repository.write([intent], writeContext(options, who));
  return reply.code(204).send();
}

function answerWrite(
  { baseUrl }: FhirRoutesOptions,
  reply: FastifyReply,
  { change, status }: { change: Change | undefined; status: number },
): FastifyReply {
  if (change === undefined) throw serverFault('SERVER_INTERNAL');
  const { type, id, version, content } = change;
  const location = `${baseUrl()}${FHIR_BASE}/${type}/${id}/_history/${version}`;
  return withVersion(reply, change)
    .code(status)
    .header('location', location)
    .type(FHIR_JSON)
    .send(content);
}
