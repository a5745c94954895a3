import type { SearchQuery } from '@holdfast/fhir';
import type { StoredVersion } from '../stored-row.ts';
import { type SearchContext, search } from './search.ts';

/** Two matches are as good as many: each condition asks for exactly one, or for none. */
const ENOUGH = 2;

/** What a condition finds in the snapshot of this statement, among what the caller may see. */
export async function findMatches(
  { types, criteria }: SearchQuery,
  context: SearchContext,
): Promise<readonly StoredVersion[]> {
  const query = { types, criteria, sort: [], includes: [], count: ENOUGH, unknown: [] };
  const { versions } = await search(query, context);
  return versions;
}
