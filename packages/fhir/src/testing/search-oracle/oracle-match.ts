import type {
  CompositePartValue,
  CompositeValue,
  DateValue,
  NearValue,
  NumberValue,
  QuantityValue,
  ReferenceValue,
  StringValue,
  TokenValue,
} from '../../search/criterion-values.ts';
import type {
  CompositePart,
  DateEntry,
  IndexEntries,
  NumberEntry,
  PositionEntry,
  QuantityEntry,
  ReferenceEntry,
  StringEntry,
  TokenEntry,
} from '../../search/index-entries.ts';
import type { Criterion, RowsOf } from '../../search/search-criterion.ts';

/** Criteria that the resource's own rows decide. */
export type OwnCriterion = Exclude<
  Criterion,
  {
    kind:
      | 'id'
      | 'lastUpdated'
      | 'careDates'
      | 'chain'
      | 'has'
      | 'compartment'
      | 'valueSet'
      | 'subsumption';
  }
>;

/** https://hl7.org/fhir/R4/search.html, criterion by criterion, value by value, row by row. */
export function meetsOwn(criterion: OwnCriterion, rows: IndexEntries): boolean {
  const some = <Row extends { readonly param: string }, Value>(
    list: readonly Row[],
    values: readonly Value[],
    matches: (value: Value, row: Row) => boolean,
  ): boolean =>
    list.some(
      (row) => row.param === criterion.param && values.some((value) => matches(value, row)),
    );
  switch (criterion.kind) {
    case 'token':
      return some(rows.tokens, criterion.values, tokenMatches) !== (criterion.modifier === 'not');
    case 'string':
      return some(rows.strings, criterion.values, (value, row) =>
        stringMatches(value, row, criterion.modifier),
      );
    case 'date':
      return some(rows.dates, criterion.values, dateMatches);
    case 'reference':
      return some(rows.references, criterion.values, referenceMatches);
    case 'number':
      return some(rows.numbers, criterion.values, numberMatches);
    case 'quantity':
      return criterion.values.some((value) => {
        const param = value.canonical ? `${criterion.param}:canonical` : criterion.param;
        return rows.quantities.some((row) => row.param === param && quantityMatches(value, row));
      });
    case 'uri':
      return some(rows.uris, criterion.values, (value, { uri }) =>
        criterion.modifier === 'below'
          ? uri === value || uri.startsWith(`${value}/`)
          : uri === value,
      );
    case 'composite':
      return criterion.values.some((value) => compositeMatches(criterion.param, value, rows));
    case 'near':
      return some(rows.positions, criterion.values, nearMatches);
    case 'missing':
      return criterion.rows.some((of) => present(of, rows)) !== criterion.missing;
  }
}

function present({ kind, param }: RowsOf, rows: IndexEntries): boolean {
  const lists = {
    token: rows.tokens,
    string: rows.strings,
    date: rows.dates,
    reference: rows.references,
    number: rows.numbers,
    quantity: rows.quantities,
    uri: rows.uris,
    composite: rows.composites,
    near: rows.positions,
  } as const;
  return lists[kind].some((row) => row.param === param);
}

type Part<Entry> = Omit<Entry, 'param'>;

const tokenMatches = ({ system, code }: TokenValue, row: Part<TokenEntry>): boolean =>
  (system === undefined || system === row.system) && (code === undefined || code === row.code);

function stringMatches(
  value: StringValue,
  row: Part<StringEntry>,
  modifier?: 'exact' | 'contains',
): boolean {
  if (modifier === 'exact') return row.exact === value.exact;
  return modifier === 'contains'
    ? row.folded.includes(value.folded)
    : row.folded.startsWith(value.folded);
}

export function dateMatches({ prefix, start, end }: DateValue, row: Part<DateEntry>): boolean {
  const inside = start <= row.start && row.end <= end;
  const above = row.end > end;
  const below = row.start < start;
  switch (prefix) {
    case 'eq':
      return inside;
    case 'ne':
      return !inside;
    case 'gt':
      return above;
    case 'ge':
      return above || inside;
    case 'lt':
      return below;
    case 'le':
      return below || inside;
    case 'sa':
      return row.start >= end;
    case 'eb':
      return row.end <= start;
    case 'ap':
      return row.start < end && row.end > start;
  }
}

function numberMatches({ prefix, value, low, high }: NumberValue, row: Part<NumberEntry>): boolean {
  const inside = low <= row.low && row.high < high;
  switch (prefix) {
    case 'eq':
      return inside;
    case 'ne':
      return !inside;
    case 'gt':
      return row.high > value;
    case 'ge':
      return row.high >= value;
    case 'lt':
      return row.low < value;
    case 'le':
      return row.low <= value;
    case 'sa':
      return row.low > value;
    case 'eb':
      return row.high < value;
    case 'ap':
      return row.low <= high && row.high >= low;
  }
}

const quantityMatches = (value: QuantityValue, row: Part<QuantityEntry>): boolean =>
  (value.system === undefined || value.system === row.system) &&
  (value.code === undefined || value.code === row.code) &&
  numberMatches(value, row);

type Target = { readonly type: string; readonly id: string } | { readonly uri: string };

function referenceMatches(value: ReferenceValue, row: ReferenceEntry | Target): boolean {
  if ('uri' in value) return 'uri' in row && row.uri === value.uri;
  return 'id' in row && row.id === value.id && value.types.includes(row.type);
}

function compositeMatches(param: string, { parts }: CompositeValue, rows: IndexEntries): boolean {
  const canonical = parts.some((part) => part.kind === 'quantity' && part.value.canonical);
  const wanted = canonical ? `${param}:canonical` : param;
  return rows.composites.some(
    (row) => row.param === wanted && parts.every((part, i) => partMatches(part, row.parts[i])),
  );
}

function partMatches(part: CompositePartValue, row: CompositePart | undefined): boolean {
  if (row === undefined) return false;
  if (part.kind === 'token' && row.kind === 'token') return tokenMatches(part.value, row);
  if (part.kind === 'string' && row.kind === 'string') return stringMatches(part.value, row);
  if (part.kind === 'date' && row.kind === 'date') return dateMatches(part.value, row);
  if (part.kind === 'number' && row.kind === 'number') return numberMatches(part.value, row);
  if (part.kind === 'quantity' && row.kind === 'quantity') return quantityMatches(part.value, row);
  if (part.kind !== 'reference' || row.kind !== 'reference') return false;
  return referenceMatches(part.value, row);
}

const EARTH_RADIUS_KM = 6371;

/** Great-circle distance by the haversine formula on a sphere. */
export function nearMatches(value: NearValue, row: Part<PositionEntry>): boolean {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const north = Math.sin(radians(row.latitude - value.latitude) / 2) ** 2;
  const east = Math.sin(radians(row.longitude - value.longitude) / 2) ** 2;
  const cosines = Math.cos(radians(row.latitude)) * Math.cos(radians(value.latitude));
  const angle = 2 * Math.asin(Math.min(1, Math.sqrt(north + cosines * east)));
  return angle * EARTH_RADIUS_KM <= value.kilometres;
}
