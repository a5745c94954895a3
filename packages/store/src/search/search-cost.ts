import {
  type Criterion,
  mainDateParameter,
  type ResourceType,
  resourceTypes,
  type SearchQuery,
} from '@holdfast/fhir';
import {
  ACCURATE_TOTAL_MAX,
  ESTIMATED_TOTAL_MAX,
  INCLUDED_MAX,
  SEARCH_CANDIDATES_MAX,
  SEARCH_COSTS,
} from '../limits.ts';
import { BOUNDED_DATES, BOUNDED_NUMBERS, SINCE } from './candidates-sql.ts';

/** What makes a search dear. */
export type DearKind = 'unindexed' | 'link' | 'sort' | 'include' | 'total' | 'types' | 'page';

export interface DearPart {
  readonly kind: DearKind;
  /** As it stands in the address, without value: `_include`, `subject`. */
  readonly parameter: string;
  /** Predicted work in reads of one resource. */
  readonly reads: number;
}

export interface SearchCost {
  readonly reads: number;
  /** The dearest first. */
  readonly parts: readonly DearPart[];
}

const { rowReads, probeReads, answerReads, patientRows, typeRows, fan, typesMost } = SEARCH_COSTS;

/**
 * Predicts what a page of a search costs before it runs, by its shape alone: what it asks for, never
 * what it would find (so that a refusal tells nothing), and never less than a large store could make
 * of it. Where rows come from follows `chooseSources`.
 */
export function searchCost(query: SearchQuery): SearchCost {
  const parts = query.summary === 'count' ? [] : pageParts(query);
  const total = totalPart(query);
  const all = [...parts, ...(total === undefined ? [] : [total])];
  return {
    reads: all.reduce((sum, { reads }) => sum + reads, 1),
    parts: all.filter(({ reads }) => reads > 0).sort((a, b) => b.reads - a.reads),
  };
}

function pageParts(query: SearchQuery): DearPart[] {
  const { count, includes } = query;
  return [
    { kind: 'page', parameter: '_count', reads: count * answerReads },
    examinedPart(query, examinedRows(query, { bound: count, ordered: true })),
    ...includes.map(({ direction, iterate, param }): DearPart => {
      const rounds = iterate ? 5 : 1;
      const each = param === '*' ? fan : 1;
      const found = Math.min(INCLUDED_MAX, count * fan * each);
      return {
        kind: 'include',
        parameter: direction === 'include' ? '_include' : '_revinclude',
        reads: count * each * rounds * fan * probeReads + found * answerReads,
      };
    }),
  ];
}

function totalPart(query: SearchQuery): DearPart | undefined {
  const { total, summary } = query;
  const accurate = total === 'accurate' || summary === 'count';
  if (!accurate && total !== 'estimate') return undefined;
  const bound = accurate ? ACCURATE_TOTAL_MAX : ESTIMATED_TOTAL_MAX;
  const { rows } = examinedRows(query, { bound, ordered: false });
  return {
    kind: 'total',
    parameter: summary === 'count' ? '_summary' : '_total',
    reads: rows * perRow(query.criteria),
  };
}

interface Examined {
  readonly rows: number;
  /** Why so many. */
  readonly because: Pick<DearPart, 'kind' | 'parameter'>;
}

function examinedPart(query: SearchQuery, { rows, because }: Examined): DearPart {
  return { ...because, reads: rows * perRow(query.criteria) };
}

/** Rows that are looked at until `bound` of them meet all criteria. */
function examinedRows(
  query: SearchQuery,
  { bound, ordered }: { readonly bound: number; readonly ordered: boolean },
): Examined {
  const { criteria } = query;
  const ids = criteria.find((c) => c.kind === 'id' && c.modifier === undefined);
  if (ids?.kind === 'id') return { rows: ids.values.length, because: page('_id') };
  const patients = patientsNamed(criteria);
  if (patients > 0) return { rows: patients * patientRows, because: page('patient') };
  const types = query.types.length === 0 ? resourceTypes : query.types;
  const several = Math.min(typesMost, types.length);
  const stops = ordered && stopsEarly(query);
  const [first] = criteria;
  // Each type is read along its own index, then they are merged.
  if (first === undefined && (stops || !ordered)) {
    return { rows: bound * several, because: { kind: 'types', parameter: '_type' } };
  }
  const led = criteria.filter((criterion) => isLed(criterion, types));
  if (led.length > 0) {
    const links = Math.min(...led.map(linksIn));
    const because = { kind: 'link', parameter: led.map(parameterOf)[0] ?? '' } as const;
    const rows = Math.max(SEARCH_CANDIDATES_MAX, bound) * links;
    return { rows, because: links > 1 ? because : page(because.parameter) };
  }
  // What most resources meet fills a page soon.
  if (stops && criteria.every(isUsual)) {
    return {
      rows: bound * several * fan,
      because: page(first === undefined ? '' : parameterOf(first)),
    };
  }
  return { rows: typeRows * several, because: becauseUnled(query, several) };
}

function becauseUnled({ criteria }: SearchQuery, types: number): Examined['because'] {
  const [first] = [...criteria].sort((a, b) => linksIn(b) - linksIn(a));
  if (first === undefined) return { kind: 'sort', parameter: '_sort' };
  if (linksIn(first) > 1) return { kind: 'link', parameter: parameterOf(first) };
  if (types > 1) return { kind: 'types', parameter: '_type' };
  return { kind: 'unindexed', parameter: parameterOf(first) };
}

const isUsual = (criterion: Criterion): boolean =>
  (criterion.kind === 'token' && criterion.modifier === 'not') ||
  (criterion.kind === 'missing' && criterion.missing);

const page = (parameter: string): Examined['because'] => ({ kind: 'page', parameter });

/** What the criteria cost, asked of one row. */
function perRow(criteria: readonly Criterion[]): number {
  return criteria.reduce<number>((sum, c) => sum + linksIn(c) * probeReads, rowReads);
}

/** Index entries that one row leads to: each link of a chain leads to several. */
function linksIn(criterion: Criterion): number {
  switch (criterion.kind) {
    case 'chain':
      return criterion.targets.reduce((sum, target) => sum + fan * linksIn(target.criterion), 0);
    case 'has':
      return fan * linksIn(criterion.criterion);
    default:
      return 1;
  }
}

const parameterOf = (criterion: Criterion): string => {
  switch (criterion.kind) {
    case 'has':
      return `_has:${criterion.type}:${criterion.param}`;
    case 'compartment':
      return criterion.compartment;
    case 'careDates':
      return 'start';
    default:
      return criterion.param;
  }
};

/** An index runs in the order of the page, so that a page ends when it is full. */
function stopsEarly({ sort, types }: SearchQuery): boolean {
  const [key] = sort;
  if (key === undefined) return true;
  if (sort.length > 1) return false;
  if (key.kind === 'lastUpdated') return true;
  if (types.length !== 1) return false;
  return key.kind === 'id' || types.every((type) => mainDateParameter(type) === key.param);
}

function patientsNamed(criteria: readonly Criterion[]): number {
  const counts = criteria.flatMap((criterion) => {
    if (criterion.kind === 'compartment') return criterion.compartment === 'Patient' ? [1] : [];
    if (criterion.kind !== 'reference') return [];
    const { values } = criterion;
    const named = values.every(
      (value) => 'types' in value && value.types.length === 1 && value.types[0] === 'Patient',
    );
    return named ? [values.length] : [];
  });
  return counts.length === 0 ? 0 : Math.min(...counts);
}

/**
 * Whether an index leads from the criterion's values to their resources, or bounds what is read in
 * page order: what `candidatesSql` answers with, told without a statement.
 */
export function isLed(criterion: Criterion, types: readonly ResourceType[]): boolean {
  switch (criterion.kind) {
    case 'id':
      return criterion.modifier !== 'not';
    case 'token':
      return (
        criterion.modifier !== 'not' && criterion.values.every(({ code }) => code !== undefined)
      );
    case 'string':
      return criterion.modifier !== 'contains';
    case 'date':
      return (
        types.every((type) => mainDateParameter(type) === criterion.param) ||
        criterion.values.every(({ prefix }) => BOUNDED_DATES.has(prefix))
      );
    case 'quantity':
      return criterion.values.every(
        ({ code, system, prefix }) => code !== undefined && system !== undefined && prefix !== 'ne',
      );
    case 'number':
      return criterion.values.every(({ prefix }) => BOUNDED_NUMBERS.has(prefix));
    case 'composite':
      return criterion.values.every(({ parts }) =>
        parts.some((part) => part.kind === 'token' && part.value.code !== undefined),
      );
    case 'lastUpdated':
      return types.length === 1 && criterion.values.every(({ prefix }) => SINCE.has(prefix));
    case 'uri':
    case 'near':
    case 'reference':
      return true;
    case 'chain':
      return criterion.targets.every(({ type, criterion: inner }) => isLed(inner, [type]));
    case 'has':
      return isLed(criterion.criterion, [criterion.type]);
    case 'compartment':
    case 'careDates':
    case 'missing':
    case 'valueSet':
    case 'subsumption':
      return false;
  }
}
