import type { EntryResult, PlannedEntry, TransactionPlan } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import type { SearchedReference } from '@holdfast/store';
import type { ReadEntry, WriteEntry } from './bundle-intent.ts';
import { type ConditionReading, conditionOf } from './fhir-condition.ts';
import type { Returns } from './fhir-preference.ts';

/** A plan and how its response is to be. */
export interface BundleRun {
  readonly plan: TransactionPlan;
  readonly returns: Returns | undefined;
  /** Of a bundle that is carried out later, maybe by several processes one after the other. */
  readonly journal?: BundleJournal | undefined;
}

export interface BundleJournal {
  /** Results of an earlier attempt, by entry: these are not carried out again. */
  readonly settled: ReadonlyMap<number, EntryResult>;
  /** Notes results in the transaction that brings them about. */
  readonly settle: (tx: Queryable, results: readonly EntryResult[]) => Promise<void>;
}

export const isRead = (entry: PlannedEntry): entry is ReadEntry => entry.method === 'read';
export const isWrite = (entry: PlannedEntry): entry is WriteEntry =>
  entry.method !== 'read' && entry.method !== 'refused';

/** References by search, as the store resolves them. */
export const searchedOf = (
  references: TransactionPlan['conditionalReferences'],
  reading: ConditionReading,
): Promise<SearchedReference[]> =>
  Promise.all(
    references.map(async ({ reference, type, query, entries }) => ({
      reference,
      query: await conditionOf(type, query, reading),
      expression: entries.map((index) => `Bundle.entry[${index}].resource`),
    })),
  );
