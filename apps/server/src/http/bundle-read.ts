import type { EntryResult } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import type { Audited } from '../audit-trail.ts';
import type { ReadEntry } from './bundle-intent.ts';
import { statusText } from './bundle-result.ts';
import { isNotModified } from './conditional-read.ts';
import { instanceHistory } from './fhir-history-routes.ts';
import { auditedRead, releasedOf } from './fhir-read.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { searchset } from './fhir-search-routes.ts';
import { ownSubscription, ownSubscriptions } from './subscription-reads.ts';

/**
 * A GET or HEAD inside a bundle: a read, a version, a history or a search.
 * @param db in a transaction its own connection, so that reads see what it wrote
 * @throws Fault as the same request alone would
 */
export async function readEntry(
  options: FhirRoutesOptions,
  who: Audited,
  { entry, db }: { readonly entry: ReadEntry; readonly db: Queryable },
): Promise<EntryResult> {
  const { index, type, id, version, history, query, headersOnly } = entry;
  const ok = (text: string): EntryResult => ({
    index,
    status: statusText(200),
    ...(!headersOnly && { text }),
  });
  if (id === undefined) {
    const parameters = new URLSearchParams(query);
    if (type === 'Subscription') {
      return ok(await ownSubscriptions(options, who, { parameters, strict: false, db }));
    }
    return ok(await searchset(options, who, { place: { type }, parameters, strict: false, db }));
  }
  const name = { tenant: who.actor.tenant, type, id };
  if (history) return ok(await instanceHistory(options, who, { name, query, db }));
  const row =
    type === 'Subscription' && version === undefined
      ? await ownSubscription(options, who, { id, db })
      : releasedOf(who, await auditedRead(options, who, { ...name, version, db }));
  const conditions = {
    'if-none-match': entry.ifNoneMatch,
    'if-modified-since': entry.ifModifiedSince,
  };
  const stamp = { version: String(row.version), lastModified: row.updated };
  if (isNotModified(conditions, row)) return { index, status: statusText(304), ...stamp };
  return { ...ok(row.content ?? '{}'), ...stamp };
}
