import ucum from '@lhncbc/ucum-lhc';
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
  UriEntry,
} from '../../search/index-entries.ts';

/** Draws from a seed; `seededRandom` of the testkit is one. */
export interface Draws {
  below(bound: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

/** A modifier (with its colon, or none) and a value, as they stand in a query. */
export interface Sample {
  readonly modifier: string;
  readonly value: string;
}

const PREFIXES = ['', '', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'] as const;
const UCUM = 'http://unitsofmeasure.org';

export const escaped = (text: string): string => text.replace(/[\\,|$]/g, '\\$&');

const plain = (value: string): Sample => ({ modifier: '', value });

type Row<Entry> = Omit<Entry, 'param'>;

export function tokenValueOf({ system, code }: Row<TokenEntry>, draws: Draws): string {
  const forms = [escaped(code), `${escaped(system ?? '')}|${escaped(code)}`, `|${escaped(code)}`];
  if (system !== null) forms.push(`${escaped(system)}|`);
  return draws.pick(forms);
}

export function tokenSample(row: TokenEntry, draws: Draws): Sample {
  const value = tokenValueOf(row, draws);
  return { modifier: draws.chance(0.2) ? ':not' : '', value };
}

export function stringSample({ exact }: StringEntry, draws: Draws): Sample {
  const signs = Array.from(exact);
  const from = draws.below(signs.length);
  const to = from + 1 + draws.below(signs.length - from);
  const cased = (text: string): string => {
    const said = text.trim() === '' ? exact : text;
    return escaped(draws.chance(0.5) ? said.toUpperCase() : said.toLowerCase());
  };
  return draws.pick([
    plain(cased(signs.slice(0, to).join(''))),
    { modifier: ':contains', value: cased(signs.slice(from, to).join('')) },
    { modifier: ':exact', value: escaped(exact) },
    { modifier: ':exact', value: cased(exact) },
  ]);
}

export function dateValueOf({ start, end }: Row<DateEntry>, draws: Draws): string {
  const ends = [start, end].filter(Number.isFinite);
  const iso = new Date(draws.pick(ends)).toISOString();
  const zones = ['Z', '', '+02:00', '-11:30'];
  const text = draws.pick([
    iso.slice(0, 4),
    iso.slice(0, 7),
    iso.slice(0, 10),
    `${iso.slice(0, 16)}${draws.pick(zones)}`,
    `${iso.slice(0, 19)}${draws.pick(zones)}`,
    iso,
  ]);
  return `${draws.pick(PREFIXES)}${text}`;
}

export function numberValueOf({ low, high }: Row<NumberEntry>, draws: Draws): string {
  const value = draws.pick([low, high].filter(Number.isFinite));
  return `${draws.pick(PREFIXES)}${digits(value, draws)}`;
}

function digits(value: number, draws: Draws): string {
  const nearby = draws.chance(0.2) ? value * draws.pick([0.9, 0.97, 1.03, 1.1]) : value;
  return draws.pick([
    String(nearby),
    nearby.toPrecision(1 + draws.below(6)),
    nearby.toExponential(draws.below(3)),
    `${nearby.toFixed(draws.below(4))}`,
  ]);
}

export function quantityValueOf(row: Row<QuantityEntry>, draws: Draws): string {
  const { system, code, low, high } = row;
  const number = numberValueOf(row, draws);
  if (code === null) return number;
  const forms = [number, `${number}||${escaped(code)}`];
  if (system !== null) forms.push(`${number}|${escaped(system)}|${escaped(code)}`);
  if (system === UCUM) {
    const value = draws.pick([low, high].filter(Number.isFinite));
    const other = draws.pick(OTHER_UNITS);
    const { status, toVal } = ucum.UcumLhcUtils.getInstance().convertUnitTo(code, value, other);
    if (status === 'succeeded' && typeof toVal === 'number') {
      const converted = `${draws.pick(PREFIXES)}${digits(toVal, draws)}|${UCUM}|${other}`;
      forms.push(converted, converted, converted);
    }
  }
  return draws.pick(forms);
}

const OTHER_UNITS = ['g', 'kg', 'mg', 'm', 'cm', 'kPa', 'Pa', 'g/L', 'mg/L', '/s', 'h', 'd', '%'];

export function referenceSample(row: ReferenceEntry, targets: number, draws: Draws): Sample {
  if ('uri' in row) return plain(escaped(row.uri));
  const { type, id } = row;
  const forms = [plain(`${type}/${id}`), { modifier: `:${type}`, value: id }];
  if (targets > 0) forms.push(plain(id));
  return draws.pick(forms);
}

export function uriSample({ uri }: UriEntry, draws: Draws): Sample {
  const cut = uri.lastIndexOf('/');
  return draws.pick([
    plain(escaped(uri)),
    { modifier: ':below', value: escaped(cut > 8 ? uri.slice(0, cut) : uri) },
    { modifier: ':below', value: escaped(uri) },
    { modifier: ':above', value: escaped(`${uri}/more/still`) },
  ]);
}

export function nearSample({ latitude, longitude }: PositionEntry, draws: Draws): Sample {
  const jitter = (): number => draws.below(200) / 100 - 1;
  const north = Math.max(-90, Math.min(90, latitude + jitter())).toFixed(4);
  const east = Math.max(-180, Math.min(180, longitude + jitter())).toFixed(4);
  return plain(`${north}|${east}|${draws.below(200)}|${draws.pick(['km', 'm', '[mi_us]'])}`);
}

/** A value for one part of a composite; undefined where the part has no finite end to draw. */
export function partValueOf(part: CompositePart, draws: Draws): string {
  switch (part.kind) {
    case 'token':
      return tokenValueOf(part, draws);
    case 'string':
      return escaped(part.exact.slice(0, 1 + draws.below(part.exact.length)));
    case 'date':
      return dateValueOf(part, draws);
    case 'number':
      return numberValueOf(part, draws);
    case 'quantity':
      return quantityValueOf(part, draws);
    case 'reference':
      return escaped('uri' in part ? part.uri : `${part.type}/${part.id}`);
  }
}

/** The rows of one resource under one parameter, from whichever list. */
export function rowsUnder(rows: IndexEntries, param: string) {
  const under = <Entry extends { readonly param: string }>(list: readonly Entry[]): Entry[] =>
    list.filter((row) => row.param === param);
  return {
    tokens: under(rows.tokens),
    strings: under(rows.strings),
    dates: under(rows.dates),
    references: under(rows.references),
    numbers: under(rows.numbers),
    quantities: under(rows.quantities),
    uris: under(rows.uris),
    composites: under(rows.composites),
    positions: under(rows.positions),
  };
}
