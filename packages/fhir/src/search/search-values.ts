import { MAX_VALUES } from '../limits.ts';
import { parseReference } from '../reference.ts';
import { isResourceId } from '../resource.ts';
import type {
  DateValue,
  NumberValue,
  Prefix,
  QuantityValue,
  ReferenceValue,
  StringValue,
  TokenValue,
} from './criterion-values.ts';
import { dateRange } from './date-range.ts';
import { foldText } from './fold-text.ts';

/** Splits at a sign that no backslash escapes; the parts keep their escapes. */
export function splitEscaped(text: string, sign: ',' | '|' | '$'): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === sign) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

/** https://hl7.org/fhir/R4/search.html#escaping */
export const unescape = (text: string): string => text.replace(/\\([\\,|$])/g, '$1');

/** Reads every comma-separated value; undefined as soon as one does not fit. */
export function readValues<Value>(
  text: string,
  read: (part: string) => Value | undefined,
): readonly Value[] | undefined {
  const parts = splitEscaped(text, ',');
  if (parts.length > MAX_VALUES) return undefined;
  const values: Value[] = [];
  for (const part of parts) {
    const value = part === '' ? undefined : read(part);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** `code`, `system|code`, `|code` (no system), `system|` (any code of it). */
export function tokenValue(text: string): TokenValue | undefined {
  const parts = splitEscaped(text, '|').map(unescape);
  const [first = '', second] = parts;
  if (parts.length > 2) return undefined;
  if (second === undefined) return { code: first };
  if (first === '') return second === '' ? undefined : { system: null, code: second };
  return second === '' ? { system: first } : { system: first, code: second };
}

export function stringValue(text: string): StringValue | undefined {
  const exact = unescape(text);
  return { folded: foldText(exact), exact };
}

const PREFIXED = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[\d+.-])(.*)$/s;

function prefixed(text: string): { prefix: Prefix; rest: string } {
  const match = PREFIXED.exec(text);
  return match === null
    ? { prefix: 'eq', rest: text }
    : { prefix: match[1] as Prefix, rest: match[2] ?? '' };
}

export function dateValue(text: string): DateValue | undefined {
  const { prefix, rest } = prefixed(text);
  // An unescaped `+` of a time zone arrives as a blank.
  const range = dateRange(rest.replace(' ', '+'));
  return range === undefined ? undefined : { prefix, start: range.start, end: range.end };
}

const NUMBER = /^[+-]?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

export function numberValue(text: string): NumberValue | undefined {
  const { prefix, rest } = prefixed(text);
  const match = NUMBER.exec(rest);
  const value = Number(rest);
  if (match === null || !Number.isFinite(value)) return undefined;
  const [, , fraction = '', exponent = '0'] = match;
  const half = 0.5 * 10 ** (Number(exponent) - fraction.length);
  const width = prefix === 'ap' ? Math.max(half, Math.abs(value) / 10) : half;
  return { prefix, value, low: value - width, high: value + width };
}

/** `number`, `number|system|code`, `number||code`. */
export function quantityValue(text: string): QuantityValue | undefined {
  const [number = '', system = '', code = '', ...more] = splitEscaped(text, '|').map(unescape);
  const value = numberValue(number);
  if (value === undefined || more.length > 0) return undefined;
  return { ...value, ...(system !== '' && { system }), ...(code !== '' && { code }) };
}

/**
 * `id`, `Type/id`, an absolute URL, a canonical.
 * @param types the types the parameter may point at, or the one its modifier names
 */
export function referenceValue(
  text: string,
  types: readonly string[],
  base?: string,
): ReferenceValue | undefined {
  const plain = unescape(text);
  if (isResourceId(plain)) return types.length === 0 ? { uri: plain } : { types, id: plain };
  const target = parseReference(plain, base);
  if (target.kind === 'local') return { types: [target.type], id: target.id };
  return target.kind === 'uri' ? { uri: plain } : undefined;
}

export function idValue(text: string): string | undefined {
  return isResourceId(text) ? text : undefined;
}
