import { err, ok, type Result } from '@holdfast/kernel';
import { compartmentParameters } from '../compartment.ts';
import { MAX_TYPE_FILTERS } from '../limits.ts';
import { isResourceType, type ResourceType, resourceTypes } from '../resource-types.ts';
import { dateRange } from '../search/date-range.ts';
import { typesNamed } from '../search/result-parameters.ts';
import { badValue, notExported, repeated, tooMany } from '../search/search-problems.ts';
import type { SearchProblem } from '../search/search-query.ts';

/** Of everything, of all patients, or of the patients of one Group. */
export type ExportLevel = 'system' | 'patient' | 'group';

/** What `$export` asks (https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters). */
export interface ExportAsked {
  /** All that may come, also where the request names none. */
  readonly types: readonly ResourceType[];
  /** Only what was changed at this instant (ms since 1970) or later. */
  readonly since?: number;
  /** Of the types named here only what meets one of their searches, as written behind the `?`. */
  readonly filters: readonly { readonly type: ResourceType; readonly query: string }[];
  /** As written: `id`, `Patient.name`. */
  readonly elements: readonly string[];
  /** Parameters that are not known: refused unless the sender asks for lenience. */
  readonly unknown: readonly string[];
}

type Draft = { -readonly [Key in keyof ExportAsked]: ExportAsked[Key] } & { unknown: string[] };
type Reader = (
  draft: Draft,
  values: readonly string[],
  level: ExportLevel,
) => SearchProblem | undefined;

const FORMATS = new Set(['application/fhir+ndjson', 'application/ndjson', 'ndjson']);

/** @returns every problem found, each naming its parameter */
export function readExport(
  level: ExportLevel,
  parameters: URLSearchParams,
): Result<ExportAsked, readonly SearchProblem[]> {
  const draft: Draft = {
    types: resourceTypes.filter((type) => comes(type, level)),
    filters: [],
    elements: [],
    unknown: [],
  };
  const problems: SearchProblem[] = [];
  for (const name of new Set(parameters.keys())) {
    const reader = Object.entries<Reader>(READERS).find(([known]) => known === name)?.[1];
    if (reader === undefined) draft.unknown.push(name);
    else problems.push(...listOfOne(reader(draft, parameters.getAll(name), level)));
  }
  const stray = draft.filters.find(({ type }) => !draft.types.includes(type));
  if (stray !== undefined) problems.push(notExported('_typeFilter'));
  return problems.length > 0 ? err(problems) : ok(draft);
}

/** What `_elements` leaves of a type's resources; undefined for all of them. */
export function exportedElements(
  elements: readonly string[],
  type: ResourceType,
): readonly string[] | undefined {
  const own = elements.flatMap((written) => {
    const [first = '', ...rest] = written.split('.');
    if (first === type) return rest[0] ?? [];
    return isResourceType(first) ? [] : first;
  });
  return own.length === 0 ? undefined : own;
}

const comes = (type: ResourceType, level: ExportLevel): boolean =>
  level === 'system' || type === 'Patient' || compartmentParameters(type).length > 0;

const listOfOne = <Value>(value: Value | undefined): Value[] =>
  value === undefined ? [] : [value];

/** Commas separate filters only where another one begins: a search has its own. */
const BETWEEN_FILTERS = /,(?=[A-Z][A-Za-z]+\?)/;

const READERS = {
  _outputFormat(_draft, values) {
    const known = values.every((value) => FORMATS.has(value));
    return known ? undefined : badValue('_outputFormat', 'application/fhir+ndjson');
  },
  _type(draft, values, level) {
    const types = typesNamed(values.join(','));
    if (types === undefined) return badValue('_type', 'resource types, separated by commas');
    draft.types = types;
    return types.every((type) => comes(type, level)) ? undefined : notExported('_type');
  },
  _since(draft, values) {
    if (values.length > 1) return repeated('_since');
    const range = dateRange((values[0] ?? '').replace(' ', '+'));
    if (range === undefined) return badValue('_since', 'an instant, e.g. 2026-01-02T03:04:05Z');
    draft.since = range.start;
    return undefined;
  },
  _typeFilter(draft, values) {
    const texts = values.flatMap((value) => value.split(BETWEEN_FILTERS));
    if (texts.length > MAX_TYPE_FILTERS)
      return tooMany('_typeFilter', 'searches', MAX_TYPE_FILTERS);
    draft.filters = texts.flatMap((text) => {
      const [type = '', query = ''] = text.split(/\?(.*)/s);
      return isResourceType(type) && query !== '' ? [{ type, query }] : [];
    });
    const all = draft.filters.length === texts.length;
    return all ? undefined : badValue('_typeFilter', 'searches such as Observation?status=final');
  },
  _elements(draft, values) {
    draft.elements = values.flatMap((value) => value.split(',')).map((name) => name.trim());
    const known = draft.elements.every((name) =>
      /^[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)*$/.test(name),
    );
    return known ? undefined : badValue('_elements', 'element names, separated by commas');
  },
} as const satisfies Readonly<Record<string, Reader>>;
