import { definitions } from '../definitions.ts';
import { isDateText } from './date-text.ts';
import { narrativeProblem } from './narrative.ts';

/** Undefined = valid; else what a valid value looks like, for the sender. */
export type PrimitiveCheck = (value: unknown) => string | undefined;

const INT_MAX = 2 ** 31 - 1;

/** Numbers and booleans by JSON type and range, the rest by their published regular expressions. */
export function primitiveCheck(type: string): PrimitiveCheck {
  switch (type) {
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? undefined : 'true or false, without quotes');
    case 'decimal':
      return (value) => (Number.isFinite(value) ? undefined : 'a number, without quotes');
    case 'integer':
      return wholeNumber(-INT_MAX - 1);
    case 'unsignedInt':
      return wholeNumber(0);
    case 'positiveInt':
      return wholeNumber(1);
    case 'string':
    case 'markdown':
      return plainText;
    case 'xhtml':
      return narrativeProblem;
    case 'base64Binary':
      return base64;
    case 'date':
    case 'dateTime':
    case 'instant':
      return calendar(type);
    default:
      return byRegex(type);
  }
}

function wholeNumber(least: number): PrimitiveCheck {
  const expected = `a whole number from ${least} to ${INT_MAX}, without quotes`;
  return (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= INT_MAX
      ? undefined
      : expected;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: FHIR strings exclude exactly these.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;
const TEXT = 'a text that is not empty, without control characters, of at most 1 MB';
const MAX_TEXT = 1024 * 1024;

function plainText(value: unknown): string | undefined {
  const fits = typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT;
  return fits && !CONTROL.test(value) ? undefined : TEXT;
}

// Attachments are long. To look for what may not be there is many times as fast as to match what
// may: the engine keeps no places to come back to.
const NOT_PLAIN_BASE64 = /[^0-9a-zA-Z+/=]/;
const NOT_BASE64 = /[^0-9a-zA-Z+/=\s]/;

/** Groups of four; blanks may stand between them, as mail programs break lines. */
function base64(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'base64 text';
  const hasOthers = NOT_PLAIN_BASE64.test(value);
  const isGrouped = hasOthers
    ? !NOT_BASE64.test(value) && value.trim().split(/\s+/).every(isInFours)
    : isInFours(value);
  const padding = value.indexOf('=');
  const isPadded = padding < 0 || /^={1,2}\s*$/.test(value.slice(padding));
  return isGrouped && isPadded ? undefined : 'base64 text';
}

const isInFours = (text: string): boolean => text !== '' && text.length % 4 === 0;

const SHAPES: Readonly<Record<string, string>> = {
  date: 'a date: YYYY, YYYY-MM or YYYY-MM-DD',
  dateTime: 'a date, or a date and time with seconds and a time zone: 2024-03-01T10:00:00Z',
  instant: 'a date and time with seconds and a time zone: 2024-03-01T10:00:00Z',
  code: 'a code without leading, trailing or doubled blanks',
  uri: 'a URI without blanks',
  url: 'a URL without blanks',
  canonical: 'a canonical URL without blanks',
  id: '1 to 64 characters of A-Z a-z 0-9 - .',
  oid: 'an OID: urn:oid:1.2.3',
  uuid: 'a UUID in lower case: urn:uuid:…',
  time: 'a time: hh:mm:ss',
};

function calendar(type: 'date' | 'dateTime' | 'instant'): PrimitiveCheck {
  const expected = SHAPES[type];
  return (value) => (typeof value === 'string' && isDateText(value, type) ? undefined : expected);
}

/** Published expressions as what may not be there, for the same reason as base64. */
const FORBIDDEN: Readonly<Record<string, RegExp>> = {
  uri: /\s/,
  url: /\s/,
  canonical: /\s/,
  code: /^\s|\s\s|\s$/,
};

function byRegex(type: string): PrimitiveCheck {
  const expected = SHAPES[type] ?? `a valid ${type}`;
  const forbidden = FORBIDDEN[type];
  if (forbidden !== undefined) {
    return (value) =>
      typeof value === 'string' && value !== '' && !forbidden.test(value) ? undefined : expected;
  }
  const source = definitions().primitives[type]?.regex ?? '[\\s\\S]+';
  const regex = new RegExp(`^(?:${source})$`);
  return (value) =>
    typeof value === 'string' && value !== '' && regex.test(value) ? undefined : expected;
}
