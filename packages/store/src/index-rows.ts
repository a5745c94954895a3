import { type IndexEntries, isResourceType, type ResourceType, typeCode } from '@holdfast/fhir';
import { isCombined } from './combined-parameters.ts';
import { type CompositeRow, compositeRow } from './composite-row.ts';
import { indexedCode, indexedString, splitFolded } from './indexed-text.ts';
import { OWNER_PARAMETERS } from './owner-parameters.ts';

/** The database's numbers for search parameters and code systems. */
export interface IndexDictionary {
  parameter(type: ResourceType, code: string): number;
  system(uri: string): number;
}

/**
 * The index rows of one version of a resource, ready for the tables of `0002_search_index.sql`.
 * A row is a tuple in the order of the table's columns, without tenant, resource and sort key.
 */
export interface IndexRows {
  /** [param, code, system, selective within a patient] */
  readonly token: readonly (readonly [number, string, number, boolean])[];
  /** [param, type code, id] of the referenced resource */
  readonly reference: readonly (readonly [number, number, string])[];
  /** [param, uri] */
  readonly uri: readonly (readonly [number, string])[];
  /** [param, first characters of folded, rest of it, exact] */
  readonly string: readonly (readonly [number, string, string, string])[];
  /** [param, start, end] as RFC 3339 instants, `-infinity` or `infinity` */
  readonly date: readonly (readonly [number, string, string])[];
  /** [param, unit, system, low, high] */
  readonly quantity: readonly (readonly [number, string, number, number, number])[];
  /** [param, code, system, text, text system, low, high, low2, high2] */
  readonly composite: readonly CompositeRow[];
  /** [param, latitude, longitude] */
  readonly position: readonly (readonly [number, number, number])[];
}

/** What the resource row itself answers needs no index row. */
export interface OnResourceRow {
  readonly type: ResourceType;
  /** Parameter that selects the type's main date (`resource.at`), or null. */
  readonly mainDateParameter: string | null;
  readonly owner: string | null;
}

/** Beyond so many rows a look at each pair costs more than their text. */
const PAIRWISE_MAX = 12;

const isSame = (one: readonly unknown[], other: readonly unknown[]): boolean =>
  one.every((value, place) => value === other[place]);

function distinct<Row extends readonly unknown[]>(rows: readonly Row[]): readonly Row[] {
  if (rows.length < 2) return rows;
  if (rows.length <= PAIRWISE_MAX) {
    return rows.filter((row, nth) => !rows.some((other, at) => at < nth && isSame(row, other)));
  }
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

const FAR_YEAR = /^([+-]\d{6}|0000)(-.*)Z$/;

/**
 * An instant of `@holdfast/fhir` as PostgreSQL reads it. What FHIR calls the year 9999 or 1 may reach
 * beyond it: 9999-12-31 ends where 10000 begins, and zones differ. JavaScript writes such years with a
 * sign and six digits, PostgreSQL with the digits they have, and those before 1 as BC.
 */
export function timestamp(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return 'infinity';
  if (ms === Number.NEGATIVE_INFINITY) return '-infinity';
  const iso = new Date(ms).toISOString();
  const far = FAR_YEAR.exec(iso);
  if (far === null) return iso;
  const year = Number(far[1]);
  const digits = String(year > 0 ? year : 1 - year).padStart(4, '0');
  return `${digits}${far[2] ?? ''}Z${year > 0 ? '' : ' BC'}`;
}

/** Numbers the values that a resource is found by; the same value twice is one row. */
export function indexRows(
  every: IndexEntries,
  dictionary: IndexDictionary,
  onRow: OnResourceRow,
): IndexRows {
  const { type } = onRow;
  const entries = type === 'Observation' ? withoutCombined(every) : every;
  const parameter = (code: string): number => dictionary.parameter(type, code);
  const system = (uri: string | null): number => (uri ? dictionary.system(uri) : 0);
  const reference: IndexRows['reference'][number][] = [];
  const uri: IndexRows['uri'][number][] = [];
  for (const { param, uri: address } of entries.uris)
    uri.push([parameter(param), indexedCode(address)]);
  for (const entry of entries.references) {
    if ('uri' in entry) uri.push([parameter(entry.param), indexedCode(entry.uri)]);
    else if (isResourceType(entry.type) && !isOwner(entry, onRow)) {
      reference.push([parameter(entry.param), typeCode(entry.type), entry.id]);
    }
  }
  return {
    token: distinct(
      entries.tokens.map(
        ({ param, code: value, system: uri }) =>
          [
            parameter(param),
            indexedCode(value),
            system(uri),
            SELECTIVE_PARAMETERS.has(param),
          ] as const,
      ),
    ),
    reference: distinct(reference),
    uri: distinct(uri),
    string: distinct(
      entries.strings.map(({ param, folded, exact }) => {
        const { head, tail } = splitFolded(folded);
        return [parameter(param), head, tail, indexedString(exact)] as const;
      }),
    ),
    date: distinct(
      entries.dates
        .filter((d) => d.param !== onRow.mainDateParameter)
        .map((d) => [parameter(d.param), timestamp(d.start), timestamp(d.end)] as const),
    ),
    quantity: distinct([
      ...entries.numbers.map((n) => [parameter(n.param), '', 0, n.low, n.high] as const),
      ...entries.quantities.map(
        (q) =>
          [parameter(q.param), indexedCode(q.code ?? ''), system(q.system), q.low, q.high] as const,
      ),
    ]),
    composite: distinct(
      entries.composites.map(({ param, parts }) => compositeRow(parameter(param), parts, system)),
    ),
    position: distinct(
      entries.positions.map((p) => [parameter(p.param), p.latitude, p.longitude] as const),
    ),
  };
}

function withoutCombined(entries: IndexEntries): IndexEntries {
  const own = ({ param }: { readonly param: string }): boolean => !isCombined('Observation', param);
  return {
    ...entries,
    tokens: entries.tokens.filter(own),
    strings: entries.strings.filter(own),
    quantities: entries.quantities.filter(own),
    composites: entries.composites.filter(own),
  };
}

/**
 * Parameters whose token rows carry the patient, because a value is rare within one record: "the
 * last HbA1c" (decision 0010). A further one costs an index entry a row and a background reindex.
 */
export const SELECTIVE_PARAMETERS: ReadonlySet<string> = new Set(['code', 'vaccine-code']);

const isOwner = (
  entry: { param: string; type: string; id: string },
  { owner }: OnResourceRow,
): boolean => entry.type === 'Patient' && entry.id === owner && OWNER_PARAMETERS.has(entry.param);

/** Systems that must be in the dictionary before {@link indexRows} can number them. */
export function systemsOf(entries: IndexEntries): Set<string> {
  const systems = new Set<string>();
  for (const { system } of entries.tokens) if (system) systems.add(system);
  for (const { system } of entries.quantities) if (system) systems.add(system);
  for (const part of entries.composites.flatMap(({ parts }) => parts)) {
    if ('system' in part && part.system) systems.add(part.system);
  }
  return systems;
}

/** Rows of `rows` that `others` lacks. */
export function rowsMissingFrom(others: IndexRows, rows: IndexRows): IndexRows {
  const missing = <Row extends readonly unknown[]>(
    table: readonly Row[],
    other: readonly Row[],
  ): Row[] => {
    const known = new Set(other.map((row) => JSON.stringify(row)));
    return table.filter((row) => !known.has(JSON.stringify(row)));
  };
  return {
    token: missing(rows.token, others.token),
    reference: missing(rows.reference, others.reference),
    uri: missing(rows.uri, others.uri),
    string: missing(rows.string, others.string),
    date: missing(rows.date, others.date),
    quantity: missing(rows.quantity, others.quantity),
    composite: missing(rows.composite, others.composite),
    position: missing(rows.position, others.position),
  };
}

export const NO_INDEX_ROWS: IndexRows = {
  token: [],
  reference: [],
  uri: [],
  string: [],
  date: [],
  quantity: [],
  composite: [],
  position: [],
};
