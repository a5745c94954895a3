import ucum from '@lhncbc/ucum-lhc';
import { doubleMetaphone } from 'double-metaphone';
import type { JsonObject, JsonValue } from '../../json.ts';
import { foldText } from '../../search/fold-text.ts';
import type { DateEntry, EntryLists, QuantityEntry } from '../../search/index-entries.ts';
import type { TypedValue } from './fhirpath-nodes.ts';

/**
 * How the tables of https://hl7.org/fhir/R4/search.html turn one FHIR value into what is compared,
 * written the long way round: no code is shared with the compiled sinks but `foldText`.
 */
export type Convert = (param: string, value: TypedValue, out: EntryLists) => void;

export const obj = (value: JsonValue | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
const list = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? (value as readonly JsonValue[]) : value === undefined ? [] : [value];
const str = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const orNull = (text: string): string | null => (text === '' ? null : text);

/** @param systemOf the system that a required binding gives to a `code` */
export function naiveTokens(systemOf: (code: string) => string | null): Convert {
  return (param, { type, value }, out) => {
    const push = (system: string | null, code: string): void => {
      if (code !== '') out.tokens.push({ param, system, code });
    };
    const text = (words: string): void => {
      const folded = foldText(words);
      if (words !== '') out.strings.push({ param: `${param}:text`, folded, exact: words });
    };
    const it = obj(value);
    if (type === 'CodeableConcept' || type === 'Coding') {
      if (type === 'CodeableConcept') text(str(it['text']));
      for (const coding of type === 'Coding' ? [it] : list(it['coding']).map(obj)) {
        push(orNull(str(coding['system'])), str(coding['code']));
        text(str(coding['display']));
      }
    } else if (type === 'Identifier') {
      push(orNull(str(it['system'])), str(it['value']));
      text(str(obj(it['type'])['text']));
      for (const coding of list(obj(it['type'])['coding']).map(obj)) {
        if (str(coding['code']) === '' || str(it['value']) === '') continue;
        const code = `${str(coding['code'])}|${str(it['value'])}`;
        out.tokens.push({ param: `${param}:of-type`, system: orNull(str(coding['system'])), code });
      }
    } else if (type === 'ContactPoint') push(orNull(str(it['system'])), str(it['value']));
    else if (typeof value === 'boolean') push(null, String(value));
    else if (type === 'code') push(systemOf(str(value)), str(value));
    else if (typeof value === 'string') push(null, value);
  };
}

export const naiveStrings: Convert = (param, { value }, out) => {
  for (const exact of textsIn(value)) {
    out.strings.push({ param, folded: foldText(exact), exact });
  }
};

const TEXT_PARTS = ['family', 'given', 'prefix', 'suffix', 'text', 'line', 'city', 'district'];
const MORE_PARTS = ['state', 'postalCode', 'country'];

function textsIn(value: JsonValue): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return [...TEXT_PARTS, ...MORE_PARTS]
    .flatMap((part) => list(obj(value)[part]))
    .map(str)
    .filter((text) => text !== '');
}

export const naiveSounds: Convert = (param, { value }, out) => {
  for (const text of textsIn(value)) {
    for (const word of foldText(text).split(' ')) {
      for (const code of doubleMetaphone(word)) {
        if (code !== '') out.tokens.push({ param, system: null, code });
      }
    }
  }
};

export const naiveUris: Convert = (param, { value }, out) => {
  for (const uri of withoutVersion(str(value))) out.uris.push({ param, uri });
};

const withoutVersion = (uri: string): string[] =>
  [...new Set([uri, uri.split('|')[0] ?? ''])].filter((one) => one !== '');

const RELATIVE = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

export function naiveReferences(
  isType: (name: string) => boolean,
  targets: readonly string[],
): Convert {
  return (param, { type, value }, out) => {
    const it = obj(value);
    if (it['resourceType'] !== undefined) {
      const id = str(it['id']);
      if (id !== '' && targets.includes(type)) out.references.push({ param, type, id });
      return;
    }
    const text = type === 'Reference' ? str(it['reference']) : str(value);
    const [, named = '', id = '', version] = RELATIVE.exec(text) ?? [];
    if (isType(named)) {
      out.references.push({ param, type: named, id });
      if (version !== undefined) out.references.push({ param, uri: text });
    } else for (const uri of withoutVersion(text)) out.references.push({ param, uri });
    const identifier = obj(it['identifier']);
    const code = str(identifier['value']);
    if (code === '') return;
    const system = orNull(str(identifier['system']));
    out.tokens.push({ param: `${param}:identifier`, system, code });
  };
}

export const naivePositions: Convert = (param, { value }, out) => {
  const { latitude, longitude } = obj(value);
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return;
  out.positions.push({ param, latitude, longitude });
};

export const naiveNumbers: Convert = (param, { value }, out) => {
  if (typeof value === 'number') out.numbers.push({ param, low: value, high: value });
  else {
    const { low, high } = limits(value);
    if (low > -Infinity || high < Infinity) out.numbers.push({ param, low, high });
  }
};

function limits(value: JsonValue): { low: number; high: number } {
  const low = obj(obj(value)['low'])['value'];
  const high = obj(obj(value)['high'])['value'];
  return {
    low: typeof low === 'number' ? low : -Infinity,
    high: typeof high === 'number' ? high : Infinity,
  };
}

export const naiveQuantities: Convert = (param, { type, value }, out) => {
  const it = obj(value);
  const number = it['value'];
  const amount = (unit: JsonObject, low: number, high: number): void => {
    if (low === -Infinity && high === Infinity) return;
    out.quantities.push(...rowsOfUnit(param, unit).map((row) => ({ ...row, low, high })));
    const base = inBaseUnits(unit, [low, high]);
    if (base !== undefined) out.quantities.push({ param: `${param}:canonical`, ...base });
  };
  if (type === 'Range') {
    const { low, high } = limits(value);
    amount(obj(it['low'] ?? it['high']), low, high);
  } else if (type === 'SampledData') {
    const { lowerLimit, upperLimit } = it;
    if (typeof lowerLimit === 'number' && typeof upperLimit === 'number') {
      amount(obj(it['origin']), lowerLimit, upperLimit);
    }
  } else if (typeof number !== 'number') return;
  else if (type === 'Money') {
    const code = orNull(str(it['currency']));
    const system = 'urn:iso:std:iso:4217';
    out.quantities.push({ param, system, code, low: number, high: number });
  } else {
    const comparator = str(it['comparator']);
    const low = comparator.startsWith('<') ? -Infinity : number;
    amount(it, low, comparator.startsWith('>') ? Infinity : number);
  }
};

function rowsOfUnit(param: string, unit: JsonObject): Omit<QuantityEntry, 'low' | 'high'>[] {
  const code = str(unit['code']);
  const written = str(unit['unit']);
  const rows: Omit<QuantityEntry, 'low' | 'high'>[] = [];
  if (code !== '') rows.push({ param, system: orNull(str(unit['system'])), code });
  if (written !== '' && written !== code) rows.push({ param, system: null, code: written });
  return rows.length > 0 ? rows : [{ param, system: null, code: null }];
}

const LOGARITHMIC = /^(\[pH\]|\[m\/s2\/Hz\^0\.5\]|B|dB|Np|bit_s|.*\[.*'.*\])/;

function inBaseUnits(unit: JsonObject, [low, high]: readonly [number, number]) {
  const code = str(unit['code']);
  if (code === '' || unit['system'] !== 'http://unitsofmeasure.org') return undefined;
  if (LOGARITHMIC.test(code)) return undefined;
  const utils = ucum.UcumLhcUtils.getInstance();
  const convert = (value: number): number | undefined => {
    if (!Number.isFinite(value)) return value;
    const { status, magnitude } = utils.convertToBaseUnits(code, value);
    return status === 'succeeded' && magnitude !== undefined
      ? Number(magnitude.toPrecision(12))
      : undefined;
  };
  const [from, to] = [convert(low), convert(high)];
  const exponents = utils.convertToBaseUnits(code, 1).unitToExp;
  if (from === undefined || to === undefined || exponents === undefined) return undefined;
  const parts = Object.keys(exponents)
    .filter((base) => exponents[base] !== 0)
    .sort()
    .map((base) => (exponents[base] === 1 ? base : `${base}${exponents[base]}`));
  const base = parts.length === 0 ? '1' : parts.join('.');
  return { system: 'http://unitsofmeasure.org', code: base, low: from, high: to };
}

export const naiveDates: Convert = (param, { type, value }, out) => {
  const range = rangeIn(type, value);
  if (range !== undefined) out.dates.push({ param, ...range });
};

type Range = Omit<DateEntry, 'param'>;

function rangeIn(type: string, value: JsonValue): Range | undefined {
  // `Immunization.occurrenceString` is free text, though the expression reaches it.
  if (type === 'string') return undefined;
  if (typeof value === 'string') return naiveRange(value);
  const it = obj(value);
  if (type === 'Period') {
    const start = naiveRange(str(it['start']))?.start;
    const end = naiveRange(str(it['end']))?.end;
    if (start === undefined && end === undefined) return undefined;
    return { start: start ?? -Infinity, end: end ?? Infinity };
  }
  if (type !== 'Timing') return undefined;
  const bounds = obj(it['repeat'])['boundsPeriod'];
  const ranges = [
    ...list(it['event']).map((event) => naiveRange(str(event))),
    bounds === undefined ? undefined : rangeIn('Period', bounds),
  ].filter((range) => range !== undefined);
  if (ranges.length === 0) return undefined;
  return {
    start: Math.min(...ranges.map(({ start }) => start)),
    end: Math.max(...ranges.map(({ end }) => end)),
  };
}

/** `[start, end)` of a FHIR date by its length alone, with the platform's own parser. */
export function naiveRange(text: string): Range | undefined {
  const year = /^(\d{4})(?:-(\d{2}))?$/.exec(text);
  if (year !== null) {
    const start = new Date(`${year[1]}-${year[2] ?? '01'}-01T00:00:00Z`);
    const end = new Date(start);
    if (year[2] === undefined) end.setUTCFullYear(end.getUTCFullYear() + 1);
    else end.setUTCMonth(end.getUTCMonth() + 1);
    return finite(start.getTime(), end.getTime());
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const start = Date.parse(`${text}T00:00:00Z`);
    return finite(start, start + 86_400_000);
  }
  const zoned = /(Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`;
  const start = Date.parse(zoned);
  const fraction = /:\d{2}\.(\d+)/.exec(text)?.[1]?.length ?? 0;
  const seconds = /T\d{2}:\d{2}:\d{2}/.test(text);
  const width = !seconds ? 60_000 : Math.max(1, 1000 / 10 ** fraction);
  return finite(start, start + width);
}

const finite = (start: number, end: number): Range | undefined =>
  Number.isFinite(start) && Number.isFinite(end) ? { start, end } : undefined;
