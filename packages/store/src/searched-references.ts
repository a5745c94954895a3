import type { SearchQuery } from '@holdfast/fhir';
import { storeFault } from './errors.ts';
import type { Described } from './indexed.ts';
import type { Matches } from './settle-conditions.ts';
import { type SearchedReference, type SettledIntent, targetOf } from './write-intent.ts';

/**
 * Resolves the references by search of a bundle to `Type/id`, each to exactly one resource: among
 * what is stored, or among what the bundle itself writes, where the criteria are one token such as
 * a business identifier (https://hl7.org/fhir/R4/http.html#trules).
 * @throws Fault STORE_REFERENCE_UNRESOLVED
 */
export function resolveSearched(
  references: readonly SearchedReference[],
  stored: Matches,
  written: readonly { readonly intent: SettledIntent; readonly described: Described }[],
): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  const unresolved: string[] = [];
  for (const { reference, query, expression } of references) {
    const found = new Set(stored(query).map(({ type, id }) => `${type}/${id}`));
    for (const { intent, described } of written) {
      const target = targetOf(intent);
      if (target === undefined || !query.types.includes(target.type)) continue;
      const name = `${target.type}/${target.id}`;
      if (hasToken(described, query)) found.add(name);
      else found.delete(name);
    }
    const [only, ...more] = found;
    if (only === undefined || more.length > 0) unresolved.push(...expression);
    else links.set(reference, only);
  }
  if (unresolved.length > 0) {
    throw storeFault('STORE_REFERENCE_UNRESOLVED', { expression: unresolved });
  }
  return links;
}

function hasToken({ entries }: Described, { criteria }: SearchQuery): boolean {
  const [criterion, ...more] = criteria;
  if (criterion?.kind !== 'token' || 'modifier' in criterion || more.length > 0) return false;
  return criterion.values.some(({ system, code }) =>
    entries.tokens.some(
      (token) =>
        token.param === criterion.param &&
        (code === undefined || token.code === code) &&
        (system === undefined || (token.system ?? null) === system),
    ),
  );
}
