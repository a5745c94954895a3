import type { PlannedEntry, TransactionPlan } from '@holdfast/fhir';
import type { SearchedReference } from '@holdfast/store';
import type { ReadEntry, WriteEntry } from './bundle-intent.ts';
import { conditionOf } from './fhir-condition.ts';
import type { Returns } from './fhir-preference.ts';

/** A plan and how its response is to be. */
export interface BundleRun {
  readonly plan: TransactionPlan;
  readonly returns: Returns | undefined;
}

export const isRead = (entry: PlannedEntry): entry is ReadEntry => entry.method === 'read';
export const isWrite = (entry: PlannedEntry): entry is WriteEntry =>
  entry.method !== 'read' && entry.method !== 'refused';

/** References by search, as the store resolves them. */
export const searchedOf = (
  references: TransactionPlan['conditionalReferences'],
  base: string,
): SearchedReference[] =>
  references.map(({ reference, type, query, entries }) => ({
    reference,
    query: conditionOf(type, query, base),
    expression: entries.map((index) => `Bundle.entry[${index}].resource`),
  }));
