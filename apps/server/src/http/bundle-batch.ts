import { AsyncCancelled } from '@holdfast/async-requests';
import type { EntryResult, PlannedEntry, TransactionPlan } from '@holdfast/fhir';
import { operationOutcome } from '@holdfast/fhir';
import type { AuditAction } from '@holdfast/ledger';
import type { Queryable } from '@holdfast/postgres';
import type { WriteOutcome } from '@holdfast/store';
import { type Audited, MINOR } from '../audit-trail.ts';
import { BATCH_GROUP_MAX } from '../limits.ts';
import { auditedWrite, writeContext } from './audited-write.ts';
import { intentOf, type WriteEntry } from './bundle-intent.ts';
import { readEntry } from './bundle-read.ts';
import { type Failure, failedResult, failureOf, resultOf } from './bundle-result.ts';
import { type BundleRun, isWrite, searchedOf } from './bundle-run.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { passNotice } from './obliged.ts';
import { patientsOf, recordRefused } from './refusal-audit.ts';
import { intakeOf } from './terminology-of.ts';

/**
 * Each entry by itself: some may fail while others succeed. Plain writes are tried a group at a time,
 * since one transaction of many costs a fraction of many of one; a group that is refused is carried
 * out entry by entry. When the server itself fails, the entries that are left fail with it.
 */
export async function runBatch(
  options: FhirRoutesOptions,
  who: Audited,
  { plan, returns, journal }: BundleRun,
): Promise<readonly EntryResult[]> {
  const results: EntryResult[] = [...(journal?.settled.values() ?? [])];
  let away: Failure | undefined;
  const one = async (entry: PlannedEntry): Promise<void> => {
    if (away !== undefined) {
      results.push(failedResult(entry.index, away));
      return;
    }
    // A request of its own to the audit: what the others left says nothing about this one.
    const own = { ...who };
    try {
      results.push(await runEntry(options, own, { entry, plan, returns, journal }));
      passNotice(own, who);
    } catch (error) {
      if (error instanceof AsyncCancelled) throw error;
      const failure = failureOf(error);
      // What is carried out later can be tried again, and is.
      if (failure.status >= 500 && journal !== undefined) throw error;
      if (failure.status >= 500) away = failure;
      else if (!options.audit.hasRecorded(own)) await recordRefusedEntry(options, own, entry);
      results.push(failedResult(entry.index, failure));
    }
  };
  for (const all of groupsOf(plan)) {
    const group = all.filter(({ index }) => journal?.settled.has(index) !== true);
    const done =
      group.length > 1 ? await tryGroup(options, who, { group, returns, journal }) : undefined;
    if (done !== undefined) results.push(...done);
    else for (const entry of group) await one(entry);
  }
  return results;
}

/** @returns undefined where the group was refused */
async function tryGroup(
  options: FhirRoutesOptions,
  who: Audited,
  {
    group,
    returns,
    journal,
  }: Pick<BundleRun, 'returns' | 'journal'> & { readonly group: readonly PlannedEntry[] },
): Promise<EntryResult[] | undefined> {
  const writes = group.filter(isWrite);
  const intake = intakeOf(options, who);
  try {
    const intents = await Promise.all(writes.map((entry) => intentOf(entry, intake)));
    const resultsOf = (outcomes: readonly WriteOutcome[]): EntryResult[] =>
      outcomes.map((outcome, nth) => resultOf(writes[nth]?.index ?? 0, outcome, returns));
    const context = {
      ...writeContext(options, who, intents),
      ...(journal !== undefined && {
        finish: (tx: Queryable, made: readonly WriteOutcome[]) =>
          journal.settle(tx, resultsOf(made)),
      }),
    };
    return resultsOf(await options.repository.write(intents, context));
  } catch (error) {
    if (error instanceof AsyncCancelled) throw error;
    const failure = failureOf(error);
    if (failure.status < 500) return undefined;
    if (journal !== undefined) throw error;
    return group.map(({ index }) => failedResult(index, failure));
  }
}

async function runEntry(
  options: FhirRoutesOptions,
  who: Audited,
  { entry, plan, returns, journal }: BundleRun & { readonly entry: PlannedEntry },
): Promise<EntryResult> {
  if (entry.method === 'refused') {
    const { index, issues } = entry;
    return failedResult(index, { status: 400, outcome: JSON.stringify(operationOutcome(issues)) });
  }
  if (entry.method === 'read') return readEntry(options, who, { entry, db: options.pool });
  const resultOfEntry = (made: WriteOutcome | undefined): EntryResult =>
    resultOf(entry.index, made ?? { kind: 'nothing' }, returns);
  const intake = intakeOf(options, who);
  const references = plan.conditionalReferences.filter(({ entries }) =>
    entries.includes(entry.index),
  );
  const [outcome] = await auditedWrite(options, who, {
    intents: [await intentOf(entry, intake)],
    context: {
      searched: await searchedOf(references, intake),
      ...(journal !== undefined && {
        finish: (tx, [made]) => journal.settle(tx, [resultOfEntry(made)]),
      }),
    },
  });
  return resultOfEntry(outcome);
}

async function recordRefusedEntry(
  options: FhirRoutesOptions,
  who: Audited,
  entry: PlannedEntry,
): Promise<void> {
  const { type = '', id = '' } = entry as { readonly type?: string; readonly id?: string };
  const named = 'resource' in entry ? patientsOf(entry.resource) : [];
  await recordRefused(options, who, {
    interaction: entry.method,
    action: ENTRY_ACTION[entry.method],
    target: type === '' ? null : `${type}/${id}`,
    outcome: MINOR,
    type,
    id,
    named,
  });
}

const ENTRY_ACTION: Readonly<Record<PlannedEntry['method'], AuditAction>> = {
  create: 'C',
  update: 'U',
  patch: 'U',
  delete: 'D',
  'delete-matching': 'D',
  read: 'R',
  refused: 'E',
};

/** Plain writes of different resources may go together; everything else goes alone. */
function groupsOf({ entries, conditionalReferences }: TransactionPlan): PlannedEntry[][] {
  const alone = new Set(conditionalReferences.flatMap((reference) => reference.entries));
  const groups: PlannedEntry[][] = [];
  let group: PlannedEntry[] = [];
  let names = new Set<string>();
  for (const entry of entries) {
    const name = isWrite(entry) && !alone.has(entry.index) ? plainName(entry) : undefined;
    if (name === undefined || names.has(name) || group.length >= BATCH_GROUP_MAX) {
      groups.push(group);
      group = [];
      names = new Set();
    }
    if (name === undefined) groups.push([entry]);
    else {
      group.push(entry);
      names.add(name);
    }
  }
  return [...groups, group];
}

function plainName(entry: WriteEntry): string | undefined {
  if (entry.method === 'delete-matching' || entry.method === 'patch') return undefined;
  const conditional =
    (entry.method === 'create' && entry.ifNoneExist !== undefined) ||
    (entry.method === 'update' && entry.criteria !== undefined);
  return conditional ? undefined : `${entry.type}/${entry.id}`;
}
