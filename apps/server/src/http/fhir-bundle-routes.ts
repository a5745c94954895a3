import { transactionResponse } from '@holdfast/fhir';
import { uuidV7 } from '@holdfast/kernel';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AskedBundle } from '../workers/async-bundle.ts';
import { FHIR_JSON } from './app.ts';
import { accepted, asyncName } from './async-address.ts';
import { resourceText } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import { preferenceOf } from './fhir-preference.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { planBundle, runBundle } from './run-bundle.ts';

/** FHIR batch and transaction (https://hl7.org/fhir/R4/http.html#transaction). */
export function registerFhirBundleRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  app.post(FHIR_BASE, fhirHandler(options, bundle));
}

async function bundle(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const body = resourceText(request);
  const plan = planBundle(options, body);
  const { returns, respondAsync } = preferenceOf(request.headers['prefer']);
  if (!respondAsync) {
    const results = await runBundle(options, who, { plan, returns });
    return reply.type(FHIR_JSON).send(transactionResponse(plan.kind, results));
  }
  const id = uuidV7(options.clock, options.random);
  const { actor, requestId } = who;
  const asked: AskedBundle = { requestId, body, returns };
  await options.asyncRequests.open(asyncName(who, id), { kind: 'bundle', actor, asked });
  return accepted(options, reply, id);
}
