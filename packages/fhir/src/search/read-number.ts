import { canonicalUnit, UCUM } from './canonical-unit.ts';
import type { NearValue, NumberValue, Prefix, QuantityValue } from './criterion-values.ts';
import { splitEscaped, unescape } from './value-text.ts';

const PREFIXED = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[\d+.-])(.*)$/s;

export function prefixed(text: string): { prefix: Prefix; rest: string } {
  const match = PREFIXED.exec(text);
  return match === null
    ? { prefix: 'eq', rest: text }
    : { prefix: match[1] as Prefix, rest: match[2] ?? '' };
}

const NUMBER = /^([+-]?)(\d{1,100})(?:\.(\d{1,100}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** `100`, `1e2`, `lt5.40`: the digits written tell the precision. */
export function numberValue(text: string): NumberValue | undefined {
  const { prefix, rest } = prefixed(text);
  const match = NUMBER.exec(rest);
  const value = Number(rest);
  if (match === null || !Number.isFinite(value)) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const unit = Number(exponent) - fraction.length;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`) * 10n;
  // Half a unit either way in whole numbers: 5.4 - 0.05 is not 5.35 in binary fractions.
  const low = Number(`${digits - 5n}e${unit - 1}`);
  const high = Number(`${digits + 5n}e${unit - 1}`);
  if (prefix !== 'ap') return { prefix, value, low, high };
  const tenth = Math.abs(value) / 10;
  return {
    prefix,
    value,
    low: Math.min(low, value - tenth),
    high: Math.max(high, value + tenth),
  };
}

/** `number`, `number|system|code`, `number||code`; a UCUM unit is turned into base units. */
export function quantityValue(text: string): QuantityValue | undefined {
  const [number = '', system = '', code = '', ...more] = splitEscaped(text, '|').map(unescape);
  const value = numberValue(number);
  if (value === undefined || more.length > 0) return undefined;
  const unit = system === UCUM ? canonicalUnit(code) : undefined;
  if (unit === undefined || code === '') {
    return { ...value, ...(system !== '' && { system }), ...(code !== '' && { code }) };
  }
  return {
    prefix: value.prefix,
    value: unit.inBase(value.value),
    low: unit.inBase(value.low),
    high: unit.inBase(value.high),
    system: UCUM,
    code: unit.code,
    canonical: true,
  };
}

/** What the server takes for near where no distance is given, in kilometres. */
const DEFAULT_DISTANCE = 50;

/** `latitude|longitude[|distance[|unit]]`; a distance without unit is in kilometres. */
export function nearValue(text: string): NearValue | undefined {
  const parts = splitEscaped(text, '|').map(unescape);
  const [latitude, longitude, distance = String(DEFAULT_DISTANCE), unit = 'km', ...more] = parts;
  if (latitude === undefined || longitude === undefined || more.length > 0) return undefined;
  const inMetres = canonicalUnit(unit);
  const numbers = [latitude, longitude, distance].map((part) =>
    NUMBER.test(part) ? Number(part) : Number.NaN,
  );
  const [north = 0, east = 0, far = 0] = numbers;
  if (numbers.some(Number.isNaN) || inMetres?.code !== 'm') return undefined;
  if (Math.abs(north) > 90 || Math.abs(east) > 180 || far < 0) return undefined;
  return { latitude: north, longitude: east, kilometres: inMetres.inBase(far) / 1000 };
}
