import { MAX_COUNT, MAX_SORT_KEYS } from '../limits.ts';
import { isResourceType, type ResourceType } from '../resource-types.ts';
import { badValue, tooMany, unsortable } from './search-problems.ts';
import type { SearchProblem, SearchQuery, SortKey } from './search-query.ts';
import { sharedParameter } from './search-scope.ts';

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** What the result parameters say; everything of a query but its conditions. */
export type ResultDraft = Mutable<Omit<SearchQuery, 'criteria' | 'unknown' | 'includes'>>;

type ResultReader = (draft: ResultDraft, value: string) => SearchProblem | undefined;

const TOTALS = ['none', 'estimate', 'accurate'] as const;
const SUMMARIES = ['true', 'text', 'data', 'count', 'false'] as const;

/** Readers of what shapes the answer (https://hl7.org/fhir/R4/search.html#return), by name. */
export const RESULT_PARAMETERS: Readonly<Record<string, ResultReader>> = {
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
    draft.summary ??= summary;
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
function readCount(draft: ResultDraft, value: string): SearchProblem | undefined {
  if (!/^\d{1,9}$/.test(value)) return badValue('_count', `a whole number up to ${MAX_COUNT}`);
  const count = Number(value);
  if (count === 0) draft.summary = 'count';
  draft.count = Math.max(1, Math.min(count, MAX_COUNT));
  return undefined;
}

const UNSORTABLE = new Set(['composite', 'near', 'phonetic']);

function readSort(draft: ResultDraft, value: string): SearchProblem | undefined {
  const names = value.split(',');
  if (names.length > MAX_SORT_KEYS) return tooMany('_sort', 'keys', MAX_SORT_KEYS);
  const keys: SortKey[] = [];
  for (const name of names) {
    const descending = name.startsWith('-');
    const param = descending ? name.slice(1) : name;
    const parameter = sharedParameter(draft.types, param);
    if (parameter === undefined || UNSORTABLE.has(parameter.kind)) {
      return unsortable(keys.length + 1);
    }
    const direction = descending ? 'descending' : 'ascending';
    keys.push({ param, kind: parameter.kind, direction });
  }
  draft.sort = keys;
  return undefined;
}

/** `_type`: the types of a search that its path leaves open. */
export function typesNamed(value: string): readonly ResourceType[] | undefined {
  const names = value.split(',');
  return names.every(isResourceType) ? [...new Set(names)] : undefined;
}
