import { AsyncCancelled, type AsyncHandler } from '@holdfast/async-requests';
import type { EntryResult } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import { type Audited, MINOR } from '../audit-trail.ts';
import { type KeptResult, keptResult } from '../http/async-bundle-answer.ts';
import { failureOf } from '../http/bundle-result.ts';
import type { Returns } from '../http/fhir-preference.ts';
import type { FhirRoutesOptions } from '../http/fhir-routes-options.ts';
import { patientsSent, recordRefused } from '../http/refusal-audit.ts';
import { planBundle, runBundle } from '../http/run-bundle.ts';

/** A batch or transaction to be carried out later. */
export interface AskedBundle {
  readonly requestId: Audited['requestId'];
  /** The Bundle as sent. */
  readonly body: string;
  readonly returns?: Returns | undefined;
}

/**
 * Carries out a bundle exactly once: its results are noted in the transaction that writes, so whoever
 * goes on with it finds them there and leaves these entries alone.
 */
export function asyncBundle(options: FhirRoutesOptions): AsyncHandler {
  return async (work) => {
    const { body, returns, requestId } = work.asked as AskedBundle; // written by who took it
    const who: Audited = { actor: work.actor as Audited['actor'], requestId };
    const plan = planBundle(options, body);
    const reads = new Map(
      plan.entries.flatMap((entry) => (entry.method === 'read' ? [[entry.index, entry]] : [])),
    );
    const settled = new Map<number, EntryResult>();
    for (const [index, part] of await work.settled()) {
      settled.set(index, (JSON.parse(part) as KeptResult).result); // written by keptResult
    }
    const settle = async (db: Queryable, results: readonly EntryResult[]): Promise<void> => {
      const parts = results.map(
        (result) => [result.index, keptResult(plan.kind, result, reads.get(result.index))] as const,
      );
      await work.settle(db, { parts: new Map(parts) });
    };
    const run = { plan, returns, journal: { settled, settle } };
    const results = await runBundle(options, who, run).catch(async (error: unknown) => {
      await recordRefusal(options, who, { body, error });
      throw error;
    });
    const noted = await work.settled();
    await settle(
      options.pool,
      results.filter(({ index }) => !noted.has(index)),
    );
    return { status: 200, text: '', keepParts: true };
  };
}

/** A refusal leaves a record with the patients it would have been about, as it does at once. */
async function recordRefusal(
  options: FhirRoutesOptions,
  who: Audited,
  { body, error }: { readonly body: string; readonly error: unknown },
): Promise<void> {
  if (error instanceof AsyncCancelled || failureOf(error).status >= 500) return;
  const refused = { interaction: 'transaction', action: 'E', outcome: MINOR } as const;
  const about = { target: null, type: '', id: '', named: patientsSent(body) };
  await recordRefused(options, who, { ...refused, ...about });
}
