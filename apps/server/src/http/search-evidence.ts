import type { SearchQuery } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import { type GateSource, type RowFacts, read, type SearchPage } from '@holdfast/store';
import type { Access } from '../audit-trail.ts';
import { NAMED_PATIENTS_DECIDED } from '../limits.ts';
import { patientsNamed } from './patients-named.ts';

/** What a search's audit record says beside what the page shows. */
export type SearchEvidence = Required<Pick<Access, 'epoch' | 'hidden' | 'named'>>;

/**
 * Patients that a search names and its page shows nothing of are looked up, whether they are there,
 * hidden or neither: a refusal has to be told from an empty chart in the audit, and must not be in
 * the answer or its time.
 */
export async function searchEvidence(
  query: SearchQuery,
  page: SearchPage,
  at: { readonly db: Queryable; readonly tenant: number; readonly gates: GateSource },
): Promise<SearchEvidence> {
  const shown = new Set(
    [...page.versions, ...page.included].map((version) => version.facts.patientId),
  );
  const named = patientsNamed(query);
  const unseen = named.filter((id) => !shown.has(id)).slice(0, NAMED_PATIENTS_DECIDED);
  const hidden: RowFacts[] = [];
  for (const id of unseen) {
    const found = await read(at.db, at.gates, { tenant: at.tenant, type: 'Patient', id });
    if (found.kind === 'hidden') hidden.push(found.version.facts);
  }
  return { epoch: page.epoch, hidden, named };
}
