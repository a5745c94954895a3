import {
  type Include,
  isResourceType,
  type ResourceType,
  type SearchQuery,
  type SortKey,
  searchParametersOf,
} from '@holdfast/fhir';
import type { Draws, OracleWorld } from '@holdfast/fhir/testing';

const UNSORTABLE: ReadonlySet<string> = new Set(['composite', 'near', 'phonetic']);
/** Pages that a search is read in at most. */
const PAGES = 12;

/** One to three keys of the type, in mixed directions; none for half of all searches. */
export function randomSort(type: ResourceType, draws: Draws): SortKey[] {
  const parameters = [...searchParametersOf(type).values()].filter(
    ({ kind }) => !UNSORTABLE.has(kind),
  );
  const keys = new Map<string, SortKey>();
  while (draws.chance(0.5) && keys.size < 3) {
    const { code: param, kind } = draws.pick(parameters);
    keys.set(param, { param, kind, direction: draws.chance(0.5) ? 'ascending' : 'descending' });
  }
  return [...keys.values()];
}

/** A page size with which a search of so many matches takes a few pages. */
export const randomCount = (matches: number, draws: Draws): number =>
  1 + Math.floor(matches / PAGES) + draws.below(6);

/** `_include` and `_revinclude` that lead somewhere from what a search finds. */
export function randomIncludes(
  { types }: SearchQuery,
  { world, found, draws }: { world: OracleWorld; found: readonly string[]; draws: Draws },
): Include[] {
  const includes: Include[] = [];
  const iterate = (): boolean => draws.chance(0.3);
  for (const source of types) {
    const references = [...searchParametersOf(source).values()].filter(
      ({ kind }) => kind === 'reference',
    );
    if (references.length > 0) {
      const param = draws.chance(0.3) ? '*' : draws.pick(references).code;
      includes.push({ direction: 'include', source, param, iterate: iterate() });
    }
  }
  const [type = '', id = ''] = draws.pick(found).split('/');
  const match = world.find(type, id);
  const referring = match === undefined ? [] : world.referring(match);
  if (referring.length > 0) {
    const { param, source } = draws.pick(referring);
    if (isResourceType(source.resourceType)) {
      includes.push({
        direction: 'revinclude',
        source: source.resourceType,
        param: draws.chance(0.2) ? '*' : param,
        ...(draws.chance(0.3) && isResourceType(type) && { target: type }),
        iterate: iterate(),
      });
    }
  }
  if (includes.length > 0 && draws.chance(0.3)) {
    includes.push({ direction: 'include', source: '*', param: '*', iterate: true });
  }
  return includes;
}
