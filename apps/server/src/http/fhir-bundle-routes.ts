import {
  type EntryResult,
  parseResourceBody,
  planTransaction,
  type TransactionPlan,
  transactionResponse,
  writtenNumbers,
} from '@holdfast/fhir';
import { uuidV7 } from '@holdfast/kernel';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Audited } from '../audit-trail.ts';
import { FHIR_JSON } from './app.ts';
import { runBatch } from './bundle-batch.ts';
import type { BundleRun } from './bundle-run.ts';
import { runTransaction } from './bundle-transaction.ts';
import { bodyText, invalid } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import { preferenceOf } from './fhir-preference.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';

/** FHIR batch and transaction (https://hl7.org/fhir/R4/http.html#transaction). */
export function registerFhirBundleRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  app.post(
    FHIR_BASE,
    fhirHandler(options.verifier, (exchange) => bundle(options, exchange)),
  );
}

async function bundle(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const plan = planOf(options, bodyText(request));
  const { returns } = preferenceOf(request.headers['prefer']);
  const results = await run(options, who, { plan, returns });
  return reply.type(FHIR_JSON).send(transactionResponse(plan.kind, results));
}

function planOf({ clock, random, baseUrl }: FhirRoutesOptions, text: string): TransactionPlan {
  const parsed = parseResourceBody(text, { type: 'Bundle' });
  if (!parsed.ok) throw invalid(400, parsed.error);
  const plan = planTransaction(parsed.value, {
    newId: () => uuidV7(clock, random),
    base: `${baseUrl()}${FHIR_BASE}/`,
    numbers: writtenNumbers(text),
  });
  if (!plan.ok) throw invalid(400, plan.error);
  return plan.value;
}

const run = (
  options: FhirRoutesOptions,
  who: Audited,
  asked: BundleRun,
): Promise<readonly EntryResult[]> =>
  asked.plan.kind === 'transaction'
    ? runTransaction(options, who, asked)
    : runBatch(options, who, asked);
