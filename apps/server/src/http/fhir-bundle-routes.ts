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
import { AsyncBundles } from './async-bundles.ts';
import { runBatch } from './bundle-batch.ts';
import type { BundleRun } from './bundle-run.ts';
import { runTransaction } from './bundle-transaction.ts';
import { bodyText, invalid, notFound, type Params } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import { preferenceOf } from './fhir-preference.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';

/** FHIR batch and transaction (https://hl7.org/fhir/R4/http.html#transaction). */
export function registerFhirBundleRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  const later = new AsyncBundles();
  const handler = (answer: (exchange: Exchange) => Promise<FastifyReply>) =>
    fhirHandler(options.verifier, answer);
  app.post(
    FHIR_BASE,
    handler((exchange) => bundle(options, later, exchange)),
  );
  app.get(
    `${FHIR_BASE}${STATUS}/:id`,
    handler(async (exchange) => asyncStatus(later, exchange)),
  );
  app.delete(
    `${FHIR_BASE}${STATUS}/:id`,
    handler(async ({ request, reply, who }) => {
      const { id } = request.params as Params;
      if (!later.forget(id, who.actor.principal)) throw notFound();
      return reply.code(202).send();
    }),
  );
}

/** Below the base: no resource type can be called so. */
const STATUS = '/$async';

async function bundle(
  options: FhirRoutesOptions,
  later: AsyncBundles,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const plan = planOf(options, bodyText(request));
  const { returns, respondAsync } = preferenceOf(request.headers['prefer']);
  const carryOut = async (): Promise<string> =>
    transactionResponse(plan.kind, await run(options, who, { plan, returns }));
  if (!respondAsync) return reply.type(FHIR_JSON).send(await carryOut());
  const id = uuidV7(options.clock, options.random);
  later.start(id, who.actor.principal, carryOut);
  const address = `${options.baseUrl()}${FHIR_BASE}${STATUS}/${id}`;
  return reply.code(202).header('content-location', address).send();
}

function asyncStatus(later: AsyncBundles, { request, reply, who }: Exchange): FastifyReply {
  const { id } = request.params as Params;
  const state = later.state(id, who.actor.principal);
  switch (state?.kind) {
    case undefined:
      throw notFound();
    case 'waiting':
    case 'running':
      return reply.code(202).header('x-progress', state.kind).header('retry-after', '1').send();
    case 'failed':
      return reply.code(state.failure.status).type(FHIR_JSON).send(state.failure.outcome);
    case 'done':
      return reply.type(FHIR_JSON).send(state.text);
  }
}

function planOf(options: FhirRoutesOptions, text: string): TransactionPlan {
  const { clock, random, baseUrl, validation } = options;
  const parsed = parseResourceBody(text, { type: 'Bundle' });
  if (!parsed.ok) throw invalid(400, parsed.error);
  const plan = planTransaction(parsed.value, {
    newId: () => uuidV7(clock, random),
    base: `${baseUrl()}${FHIR_BASE}/`,
    numbers: writtenNumbers(text),
    validation,
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
