import { err, ok, type Result } from '@holdfast/kernel';
import { compartmentParameters } from '../compartment.ts';
import { deepFreeze } from '../deep-freeze.ts';
import { EVERYTHING_COUNT, MAX_COUNT } from '../limits.ts';
import { type ResourceType, resourceTypes } from '../resource-types.ts';
import { type DateRange, dateRange } from '../search/date-range.ts';
import { typesNamed } from '../search/result-parameters.ts';
import type { Criterion } from '../search/search-criterion.ts';
import { badValue, outsideCompartment, repeated } from '../search/search-problems.ts';
import type { SearchProblem, SearchQuery } from '../search/search-query.ts';

/** Whose everything is asked for. */
export interface EverythingAddress {
  readonly type: 'Patient' | 'Encounter';
  readonly id: string;
}

interface Draft {
  types: readonly ResourceType[];
  start: number;
  end: number;
  since: DateRange | undefined;
  count: number;
  cursor: string | undefined;
  unknown: string[];
}

type Reader = (draft: Draft, value: string) => SearchProblem | undefined;

/**
 * `$everything` as a search: what lies in the compartment, and what that refers to outside of it
 * (https://hl7.org/fhir/R4/patient-operation-everything.html, encounter-operation-everything.html).
 * `start` and `end` ask for care in that time; what has no date stays. `_type` keeps types of either
 * kind. Pages go on by `_cursor`.
 * @returns every problem found, each naming its parameter
 */
export function readEverything(
  { type, id }: EverythingAddress,
  parameters: URLSearchParams,
): Result<SearchQuery, readonly SearchProblem[]> {
  const draft: Draft = {
    types: [],
    start: Number.NEGATIVE_INFINITY,
    end: Number.POSITIVE_INFINITY,
    since: undefined,
    count: EVERYTHING_COUNT,
    cursor: undefined,
    unknown: [],
  };
  const problems: SearchProblem[] = [];
  for (const name of new Set(parameters.keys())) {
    const problem = readParameter(draft, type, [name, parameters.getAll(name)]);
    if (problem !== undefined) problems.push(problem);
  }
  const inside = resourceTypes.filter((one) => liesIn(one, type) && wanted(one, draft));
  if (inside.length === 0 && problems.length === 0) problems.push(outsideCompartment('_type'));
  if (problems.length > 0) return err(problems);
  const outside = resourceTypes.filter((one) => !liesIn(one, type) && wanted(one, draft));
  const { count, cursor, unknown } = draft;
  return ok(
    deepFreeze({
      types: inside,
      criteria: criteriaOf({ type, id }, draft),
      sort: [],
      includes:
        outside.length === 0
          ? []
          : [{ direction: 'include', source: '*', param: '*', iterate: false, targets: outside }],
      count,
      ...(cursor !== undefined && { cursor }),
      total: 'accurate',
      unknown,
    }),
  );
}

const liesIn = (type: ResourceType, compartment: EverythingAddress['type']): boolean =>
  type === compartment || compartmentParameters(type, compartment).length > 0;

const wanted = (type: ResourceType, { types }: Draft): boolean =>
  types.length === 0 || types.includes(type);

function criteriaOf({ type, id }: EverythingAddress, draft: Draft): readonly Criterion[] {
  const { start, end, since } = draft;
  const criteria: Criterion[] = [{ kind: 'compartment', compartment: type, id }];
  if (Number.isFinite(start) || Number.isFinite(end)) {
    criteria.push({ kind: 'careDates', start, end });
  }
  if (since !== undefined) {
    const values = [{ prefix: 'ge', ...since } as const];
    criteria.push({ kind: 'lastUpdated', param: '_lastUpdated', values });
  }
  return criteria;
}

const TRANSPORT = new Set(['_format', '_pretty']);

function readParameter(
  draft: Draft,
  compartment: EverythingAddress['type'],
  [name, values]: readonly [string, readonly string[]],
): SearchProblem | undefined {
  if (TRANSPORT.has(name)) return undefined;
  if (name === '_type') return READERS._type(draft, values.join(','));
  const isDate = name === 'start' || name === 'end';
  // An encounter is its own time.
  const reader = isDate && compartment === 'Encounter' ? undefined : readerOf(name);
  if (reader === undefined) {
    draft.unknown.push(name);
    return undefined;
  }
  return values.length > 1 ? repeated(name) : reader(draft, values[0] ?? '');
}

const readerOf = (name: string): Reader | undefined =>
  Object.entries<Reader>(READERS).find(([known]) => known === name)?.[1];

const READERS = {
  _type(draft, value) {
    const types = typesNamed(value);
    if (types === undefined) return badValue('_type', 'resource types, separated by commas');
    draft.types = types;
    return undefined;
  },
  start(draft, value) {
    const range = dateRange(value);
    if (range === undefined) return badValue('start', 'a date, e.g. 2026-01-31');
    draft.start = range.start;
    return undefined;
  },
  end(draft, value) {
    const range = dateRange(value);
    if (range === undefined) return badValue('end', 'a date, e.g. 2026-01-31');
    draft.end = range.end;
    return undefined;
  },
  _since(draft, value) {
    const range = dateRange(value);
    if (range === undefined) return badValue('_since', 'an instant, e.g. 2026-01-02T03:04:05Z');
    draft.since = range;
    return undefined;
  },
  _count(draft, value) {
    const count = /^\d{1,9}$/.test(value) ? Number(value) : 0;
    if (count < 1) return badValue('_count', 'a whole number from 1');
    draft.count = Math.min(count, MAX_COUNT);
    return undefined;
  },
  _cursor(draft, value) {
    draft.cursor = value;
    return undefined;
  },
} as const satisfies Readonly<Record<string, Reader>>;
