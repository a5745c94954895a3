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

const BASE64 = new Uint8Array(128);
for (const sign of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/') {
  BASE64[sign.charCodeAt(0)] = 1;
}
for (const blank of ' \t\r\n') BASE64[blank.charCodeAt(0)] = 2;

/** Attachments are long: one pass over the characters, without copies. */
function base64(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'base64 text';
  const end = value.trimEnd().replace(/={1,2}$/, '').length;
  let digits = 0;
  for (let i = 0; i < end; i++) {
    const kind = BASE64[value.charCodeAt(i)];
    if (kind === 1) digits++;
    else if (kind !== 2) return 'base64 text';
  }
  const padding = value.trimEnd().length - end;
  return digits > 0 && (digits + padding) % 4 === 0 ? undefined : 'base64 text';
}

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

function byRegex(type: string): PrimitiveCheck {
  const source = definitions().primitives[type]?.regex ?? '[\\s\\S]+';
  const regex = new RegExp(`^(?:${source})$`);
  const expected = SHAPES[type] ?? `a valid ${type}`;
  return (value) =>
    typeof value === 'string' && value !== '' && regex.test(value) ? undefined : expected;
}
