import {
  parseResourceBody,
  planTransaction,
  transactionResponse,
  writtenNumbers,
} from '@holdfast/fhir';
import { uuidV7 } from '@holdfast/kernel';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { serverFault } from '../errors.ts';
import { FHIR_JSON } from './app.ts';
import { bodyText, entryResult, intentOf, invalid } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes.ts';
import { writeContext } from './fhir-write-routes.ts';

/** FHIR batch and transaction (https://hl7.org/fhir/R4/http.html#transaction). */
export function registerFhirBundleRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  app.post(
    FHIR_BASE,
    fhirHandler(options.verifier, (exchange) => transaction(options, exchange)),
  );
}

async function transaction(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const { clock, random, baseUrl, repository } = options;
  const text = bodyText(request);
  const parsed = parseResourceBody(text, { type: 'Bundle' });
  if (!parsed.ok) throw invalid(400, parsed.error);
  const plan = planTransaction(parsed.value, {
    newId: () => uuidV7(clock, random),
    base: `${baseUrl()}${FHIR_BASE}/`,
    numbers: writtenNumbers(text),
  });
  if (!plan.ok) throw invalid(400, plan.error);
  const { kind, entries, conditionalReferences } = plan.value;
  if (kind !== 'transaction' || conditionalReferences.length > 0) {
    throw serverFault('SERVER_CONDITION_UNSUPPORTED');
  }
  const intents = entries.map(intentOf);
  const outcomes = await repository.write(intents, writeContext(options, who));
  const changes = outcomes.flatMap((each) => (each.kind === 'written' ? [each.change] : []));
  const byName = new Map(changes.map((change) => [`${change.type}/${change.id}`, change]));
  const results = entries.map((entry) => entryResult(entry, byName));
  return reply.type(FHIR_JSON).send(transactionResponse(kind, results));
}
