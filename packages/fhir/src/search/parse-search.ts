import { err, ok, type Result } from '@holdfast/kernel';
import { deepFreeze } from '../deep-freeze.ts';
import { DEFAULT_COUNT, MAX_CRITERIA, MAX_SEARCH_CHARACTERS } from '../limits.ts';
import type { ResourceType } from '../resource-types.ts';
import { isInclude, readInclude } from './parse-include.ts';
import { parseParameter } from './parse-link.ts';
import { RESULT_PARAMETERS, type ResultDraft, typesNamed } from './result-parameters.ts';
import type { Criterion } from './search-criterion.ts';
import { badValue, holdsNul, includeWithText, repeated, tooMany } from './search-problems.ts';
import type { Include, SearchProblem, SearchQuery } from './search-query.ts';
import type { SearchScope } from './search-scope.ts';

export interface SearchOptions {
  /**
   * This server's address ending in `/`: absolute references below it are searched as local ones.
   */
  readonly base?: string;
}

type Draft = ResultDraft & { criteria: Criterion[]; includes: Include[]; unknown: string[] };

/** How the answer is written, which is the HTTP layer's business. */
const TRANSPORT = new Set(['_format', '_pretty']);

/**
 * Reads a FHIR search (https://hl7.org/fhir/R4/search.html).
 * @param scope the type, or types and compartment, that the path names
 * @param query a query string with or without `?`, or a form body; for POST `_search` both, joined
 *   by {@link searchForm}
 * @returns a deeply frozen query, or every problem found, each naming its parameter and the mend
 */
export function parseSearch(
  scope: ResourceType | SearchScope,
  query: URLSearchParams | string,
  options: SearchOptions = {},
): Result<SearchQuery, readonly SearchProblem[]> {
  if (query.toString().length > MAX_SEARCH_CHARACTERS) {
    return err([tooMany('search', 'characters', MAX_SEARCH_CHARACTERS)]);
  }
  const pairs = [...(typeof query === 'string' ? new URLSearchParams(query) : query)];
  const { types, compartment } = typeof scope === 'string' ? { types: [scope] } : scope;
  const problems: SearchProblem[] = [];
  const named = types.length === 0 ? readTypes(pairs, problems) : types;
  const draft: Draft = {
    types: named,
    criteria: [],
    sort: [],
    includes: [],
    count: DEFAULT_COUNT,
    unknown: [],
  };
  if (compartment !== undefined) {
    const { type, id } = compartment;
    draft.criteria.push({ kind: 'compartment', compartment: type, id });
  }
  const spent = { conditions: 0 };
  const seen = new Set<string>();
  for (const [written, value] of pairs) {
    if (TRANSPORT.has(written) || (written === '_type' && types.length === 0)) continue;
    // Criteria and includes may come again, and all hold; what shapes the answer may not.
    const again = seen.has(written) && Object.hasOwn(RESULT_PARAMETERS, written);
    seen.add(written);
    const given = { text: value, base: options.base, spent };
    const refused = again
      ? repeated(written)
      : value.includes('\0')
        ? holdsNul(written)
        : undefined;
    const problem = refused ?? readPair(draft, written, given);
    if (problem !== undefined) problems.push(problem);
  }
  if (draft.criteria.length > MAX_CRITERIA) {
    problems.push(tooMany('search', 'criteria', MAX_CRITERIA));
  }
  if (draft.summary === 'text' && draft.includes.length > 0) problems.push(includeWithText());
  return problems.length > 0 ? err(problems) : ok(deepFreeze(draft));
}

/** The parameters of a POST `_search`: those of its address and those of its form body. */
export function searchForm(query: string, body: string): URLSearchParams {
  return new URLSearchParams([...new URLSearchParams(query), ...new URLSearchParams(body)]);
}

function readTypes(
  pairs: readonly (readonly [string, string])[],
  problems: SearchProblem[],
): readonly ResourceType[] {
  const values = pairs.filter(([written]) => written === '_type').map(([, value]) => value);
  const [value] = values;
  if (value === undefined) return [];
  if (values.length > 1) problems.push(repeated('_type'));
  const types = typesNamed(value);
  if (types === undefined) problems.push(badValue('_type', 'resource types, separated by commas'));
  return types ?? [];
}

interface Given {
  readonly text: string;
  readonly base: string | undefined;
  readonly spent: { conditions: number };
}

function readPair(draft: Draft, written: string, given: Given): SearchProblem | undefined {
  const reader = Object.hasOwn(RESULT_PARAMETERS, written) ? RESULT_PARAMETERS[written] : undefined;
  if (reader !== undefined) return reader(draft, given.text);
  if (isInclude(written)) return readInclude(draft.includes, written, given.text);
  const place = { types: draft.types, links: 0 };
  const criterion = parseParameter(written, { written, ...given }, place);
  if (criterion.ok) draft.criteria.push(criterion.value);
  else if (criterion.error !== 'unknown') return criterion.error;
  else draft.unknown.push(written);
  return undefined;
}
