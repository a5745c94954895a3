import {
  type EntryResult,
  parseResourceBody,
  planTransaction,
  type TransactionPlan,
  writtenNumbers,
} from '@holdfast/fhir';
import { uuidV7 } from '@holdfast/kernel';
import type { Audited } from '../audit-trail.ts';
import { runBatch } from './bundle-batch.ts';
import type { BundleRun } from './bundle-run.ts';
import { runTransaction } from './bundle-transaction.ts';
import { invalid } from './fhir-exchange.ts';
import { FHIR_BASE } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';

/** @throws InvalidBody naming what keeps the bundle from being carried out at all */
export function planBundle(options: FhirRoutesOptions, text: string): TransactionPlan {
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

export const runBundle = (
  options: FhirRoutesOptions,
  who: Audited,
  asked: BundleRun,
): Promise<readonly EntryResult[]> =>
  asked.plan.kind === 'transaction'
    ? runTransaction(options, who, asked)
    : runBatch(options, who, asked);
