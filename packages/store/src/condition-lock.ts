import type { SearchQuery } from '@holdfast/fhir';

/**
 * What writers under a condition lock, so that of two who find nothing only one goes on. Criteria
 * with a business identifier lock its value, whatever else they ask for: so two that name one
 * identifier in different words still meet. All others lock their whole text, which two writers
 * share where they ask for the same; a writer who asks in other words is no rival but another rule.
 */
export function conditionLocks(query: SearchQuery): string[] {
  const type = query.types.join(',');
  for (const criterion of query.criteria) {
    if (criterion.kind !== 'token' || criterion.param !== 'identifier') continue;
    const codes = criterion.values.map(({ code }) => code);
    if ('modifier' in criterion || codes.includes(undefined)) continue;
    return codes.map((code) => `${type}?identifier=${code}`);
  }
  const criteria = query.criteria.map((criterion) => JSON.stringify(criterion)).sort();
  return [`${type}?${criteria.join('&')}`];
}
