import type { EntryResult } from '@holdfast/fhir';
import type { WriteOutcome } from '@holdfast/store';
import type { Audited } from '../audit-trail.ts';
import { auditedWrite } from './audited-write.ts';
import { intentOf } from './bundle-intent.ts';
import { readEntry } from './bundle-read.ts';
import { resultOf } from './bundle-result.ts';
import { type BundleRun, isRead, isWrite, searchedOf } from './bundle-run.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { intakeOf } from './terminology-of.ts';

/**
 * All entries or none, on one connection: the writes in FHIR's order, then the reads, which see them.
 * A read that fails undoes the writes too.
 */
export async function runTransaction(
  options: FhirRoutesOptions,
  who: Audited,
  { plan, returns, journal }: BundleRun,
): Promise<readonly EntryResult[]> {
  if (journal !== undefined && journal.settled.size > 0) return [...journal.settled.values()];
  const intake = intakeOf(options, who);
  const writes = plan.entries.filter(isWrite);
  const reads = plan.entries.filter(isRead);
  const results: EntryResult[] = [];
  const written = (outcomes: readonly WriteOutcome[]): EntryResult[] =>
    writes.flatMap(({ index }, nth) => {
      const outcome = outcomes[nth];
      return outcome === undefined ? [] : [resultOf(index, outcome, returns)];
    });
  const outcomes = await auditedWrite(options, who, {
    intents: await Promise.all(writes.map((entry) => intentOf(entry, intake))),
    context: {
      searched: await searchedOf(plan.conditionalReferences, intake),
      ...((reads.length > 0 || journal !== undefined) && {
        finish: async (tx, made) => {
          results.length = 0;
          for (const entry of reads) results.push(await readEntry(options, who, { entry, db: tx }));
          await journal?.settle(tx, [...written(made), ...results]);
        },
      }),
    },
  });
  return [...written(outcomes), ...results];
}
