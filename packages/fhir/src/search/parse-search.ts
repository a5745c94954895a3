import { err, ok, type Result } from '@holdfast/kernel';
import { deepFreeze } from '../deep-freeze.ts';
import {
  DEFAULT_COUNT,
  MAX_COUNT,
  MAX_CRITERIA,
  MAX_SEARCH_CHARACTERS,
  MAX_SORT_KEYS,
} from '../limits.ts';
import type { ResourceType } from '../resource-types.ts';
import { parseCriterion } from './parse-criterion.ts';
import type { Criterion } from './search-criterion.ts';
import { searchParametersOf, unsupportedParametersOf } from './search-parameters.ts';
import {
  badModifier,
  badValue,
  chained,
  notYet,
  repeated,
  tooMany,
  unsortable,
  unsupported,
} from './search-problems.ts';
import type { SearchProblem, SearchQuery, SortKey } from './search-query.ts';

export interface SearchOptions {
  /**
   * This server's address ending in `/`: absolute references below it are searched as local ones.
   */
  readonly base?: string;
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
type Draft = Mutable<Omit<SearchQuery, 'types' | 'criteria' | 'unknown'>> & {
  readonly types: readonly [ResourceType];
  criteria: Criterion[];
  unknown: string[];
};

/** How the answer is written, which is the HTTP layer's business. */
const TRANSPORT = new Set(['_format', '_pretty']);
const TOTALS = ['none', 'estimate', 'accurate'] as const;
const SUMMARIES = ['true', 'text', 'data', 'count', 'false'] as const;

/**
 * Reads a FHIR search (https://hl7.org/fhir/R4/search.html) for one type.
 * @param query a query string with or without `?`, or a form body
 * @returns a deeply frozen query, or every problem found, each naming its parameter and the mend
 */
export function parseSearch(
  type: ResourceType,
  query: URLSearchParams | string,
  options: SearchOptions = {},
): Result<SearchQuery, readonly SearchProblem[]> {
  const text = query.toString();
  if (text.length > MAX_SEARCH_CHARACTERS) {
    return err([tooMany('search', 'characters', MAX_SEARCH_CHARACTERS)]);
  }
  const draft: Draft = {
    types: [type],
    criteria: [],
    sort: [],
    includes: [],
    count: DEFAULT_COUNT,
    unknown: [],
  };
  const problems: SearchProblem[] = [];
  const seen = new Set<string>();
  for (const [written, value] of typeof query === 'string' ? new URLSearchParams(query) : query) {
    if (TRANSPORT.has(written)) continue;
    const reader = Object.hasOwn(RESULT_PARAMETERS, written)
      ? RESULT_PARAMETERS[written]
      : undefined;
    const problem =
      reader === undefined
        ? readCriterion(draft, written, { value, base: options.base })
        : seen.has(written)
          ? repeated(written)
          : reader(draft, value);
    seen.add(written);
    if (problem !== undefined) problems.push(problem);
  }
  if (draft.criteria.length > MAX_CRITERIA) {
    problems.push(tooMany('search', 'criteria', MAX_CRITERIA));
  }
  return problems.length > 0 ? err(problems) : ok(deepFreeze(draft));
}

type ResultReader = (draft: Draft, value: string) => SearchProblem | undefined;

const RESULT_PARAMETERS: Readonly<Record<string, ResultReader>> = {
  _count: readCount,
  _sort: readSort,
  _cursor(draft, value) {
    if (value === '') return badValue('_cursor', 'the cursor of a next link');
    draft.cursor = value;
    return undefined;
  },
  _total(draft, value) {
    const total = TOTALS.find((one) => one === value);
    if (total === undefined) return badValue('_total', TOTALS.join(', '));
    draft.total = total;
    return undefined;
  },
  _summary(draft, value) {
    const summary = SUMMARIES.find((one) => one === value);
    if (summary === undefined) return badValue('_summary', SUMMARIES.join(', '));
    draft.summary = summary;
    return undefined;
  },
  _elements(draft, value) {
    const names = value.split(',').map((name) => name.trim());
    if (!names.every((name) => /^[A-Za-z][A-Za-z0-9.]*$/.test(name))) {
      return badValue('_elements', 'element names, separated by commas');
    }
    draft.elements = names;
    return undefined;
  },
};

/** A page may be smaller than asked for, so a larger number is cut; 0 asks for the total only. */
function readCount(draft: Draft, value: string): SearchProblem | undefined {
  if (!/^\d{1,9}$/.test(value)) return badValue('_count', `a whole number up to ${MAX_COUNT}`);
  const count = Number(value);
  if (count === 0) draft.summary = 'count';
  draft.count = Math.max(1, Math.min(count, MAX_COUNT));
  return undefined;
}

function readSort(draft: Draft, value: string): SearchProblem | undefined {
  const names = value.split(',');
  if (names.length > MAX_SORT_KEYS) return tooMany('_sort', 'keys', MAX_SORT_KEYS);
  const keys: SortKey[] = [];
  for (const name of names) {
    const descending = name.startsWith('-');
    const param = descending ? name.slice(1) : name;
    const parameter = searchParametersOf(draft.types[0]).get(param);
    if (parameter === undefined) return unsortable(keys.length + 1);
    const direction = descending ? 'descending' : 'ascending';
    keys.push({ param, kind: parameter.kind, direction });
  }
  draft.sort = keys;
  return undefined;
}

function readCriterion(
  draft: Draft,
  written: string,
  { value, base }: { value: string; base: string | undefined },
): SearchProblem | undefined {
  const [name = '', modifier, ...more] = written.split(':');
  const later = notYet(written, name);
  if (later !== undefined) return later;
  const dot = written.indexOf('.');
  const parameter = searchParametersOf(draft.types[0]).get(name);
  if (parameter === undefined) {
    const why = unsupportedParametersOf(draft.types[0]).find((one) => one.code === name);
    if (why !== undefined) return unsupported(written, why);
    const head = name.slice(0, name.indexOf('.'));
    if (dot > 0 && searchParametersOf(draft.types[0]).get(head) !== undefined)
      return chained(written);
    draft.unknown.push(written);
    return undefined;
  }
  if (dot > 0) return chained(written);
  if (more.length > 0) return badModifier(written, []);
  const criterion = parseCriterion(parameter, { written, modifier, text: value, base });
  if (!criterion.ok) return criterion.error;
  draft.criteria.push(criterion.value);
  return undefined;
}
