import {
  operationOutcome,
  parseResourceBody,
  type Resource,
  readValidate,
  type ValidateAddress,
  validateAsked,
} from '@holdfast/fhir';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FHIR_JSON } from './app.ts';
import { invalid, nameOf, typeOf } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import { auditedRead, releasedOf } from './fhir-read.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { refuseNoResource } from './media-types.ts';

/** `$validate` at types and instances; the answer is 200 whatever it finds. */
export function registerFhirValidateRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  const atType = fhirHandler(options, (served, exchange) =>
    validate(served, exchange, { type: typeOf(exchange.request) }),
  );
  const atInstance = fhirHandler(options, (served, exchange) =>
    validate(served, exchange, nameOf(exchange.request, exchange.who)),
  );
  app.post(`${FHIR_BASE}/:type/$validate`, atType);
  app.post(`${FHIR_BASE}/:type/:id/$validate`, atInstance);
  app.get(`${FHIR_BASE}/:type/:id/$validate`, atInstance);
}

async function validate(
  options: FhirRoutesOptions,
  exchange: Exchange,
  address: ValidateAddress,
): Promise<FastifyReply> {
  const { request, reply } = exchange;
  const query = request.query as { mode?: string; profile?: string };
  const asked = readValidate(address, sent(request), query);
  if (!asked.ok) throw invalid(400, asked.error);
  const resource = asked.value.resource ?? (await stored(options, exchange));
  const issues = validateAsked(address, asked.value, resource);
  return reply.type(FHIR_JSON).send(JSON.stringify(operationOutcome(issues)));
}

function sent(request: FastifyRequest): Resource | undefined {
  const { body } = request;
  if (typeof body !== 'string' || body === '') return undefined;
  refuseNoResource(request);
  const parsed = parseResourceBody(body);
  if (!parsed.ok) throw invalid(400, parsed.error);
  return parsed.value;
}

/** Read as any other read: decided and recorded. */
async function stored(options: FhirRoutesOptions, exchange: Exchange): Promise<Resource> {
  const { request, who } = exchange;
  const outcome = await auditedRead(options, who, { ...nameOf(request, who), db: options.pool });
  request.facts.denied = outcome.kind === 'hidden';
  request.facts.patientId = outcome.kind === 'absent' ? null : outcome.version.facts.patientId;
  const parsed = parseResourceBody(releasedOf(who, outcome).content ?? '');
  if (!parsed.ok) throw invalid(422, parsed.error);
  return parsed.value;
}
