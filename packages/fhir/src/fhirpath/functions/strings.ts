import { FhirPathError } from '../fhirpath-error.ts';
import { type Collection, NOTHING, numberItem, system, textItem, truthItem } from '../item.ts';
import { numberOf, textOf } from '../scope.ts';
import { type FhirPathFunction, type FunctionGroup, withValues } from './function.ts';

/** A function of one text and further texts: nothing where one of them is missing. */
function ofTexts(
  name: string,
  count: number,
  apply: (text: string, others: readonly string[]) => Collection,
): FhirPathFunction {
  return withValues([count, count], (items, values) => {
    const text = textOf(items, name);
    const others = values.map((value) => textOf(value, name)).filter((one) => one !== undefined);
    return text === undefined || others.length < count ? NOTHING : apply(text, others);
  });
}

/** Patterns of expressions are few: each is compiled once. */
const patterns = new Map<string, RegExp>();
const MAX_PATTERNS = 1_000;

function pattern(source: string, flags: string): RegExp {
  const key = `${flags}/${source}`;
  const known = patterns.get(key);
  if (known !== undefined) return known;
  let made: RegExp;
  try {
    made = new RegExp(source, `u${flags}`);
  } catch {
    // Without the u flag more escapes are allowed, as R4's own constraints need.
    made = lenient(source, flags);
  }
  if (patterns.size < MAX_PATTERNS) patterns.set(key, made);
  return made;
}

function lenient(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch {
    throw new FhirPathError('execution', 'no regular expression');
  }
}

function substring(items: Collection, [from = NOTHING, count]: readonly Collection[]): Collection {
  const text = textOf(items, 'substring()');
  const start = numberOf(from, 'substring()');
  if (text === undefined || start === undefined || start < 0 || start >= text.length) {
    return NOTHING;
  }
  const length = count === undefined ? undefined : numberOf(count, 'substring()');
  return textItem(
    text.slice(start, length === undefined ? undefined : start + Math.max(0, length)),
  );
}

function join(items: Collection, [separator]: readonly Collection[]): Collection {
  if (items.length === 0) return NOTHING;
  const between = separator === undefined ? '' : (textOf(separator, 'join()') ?? '');
  return textItem(items.map((item) => textOf([item], 'join()') ?? '').join(between));
}

const ENCODE: Readonly<Record<string, (text: string) => string>> = {
  hex: (text) => Buffer.from(text, 'utf8').toString('hex'),
  base64: (text) => Buffer.from(text, 'utf8').toString('base64'),
  urlbase64: (text) =>
    Buffer.from(text, 'utf8').toString('base64').replace(/\+/g, '-').replace(/\//g, '_'),
};
const DECODE: Readonly<Record<string, (text: string) => string>> = {
  hex: (text) => Buffer.from(text, 'hex').toString('utf8'),
  base64: (text) => Buffer.from(text, 'base64').toString('utf8'),
  urlbase64: (text) => Buffer.from(text, 'base64url').toString('utf8'),
};
const MARKUP: readonly (readonly [plain: string, escaped: string])[] = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
];
const QUOTES: readonly (readonly [plain: string, escaped: string])[] = [
  ['\\', '\\\\'],
  ['"', '\\"'],
];

const coded = (
  table: Readonly<Record<string, (text: string) => string>>,
  text: string,
  [format = '']: readonly string[],
): Collection => {
  const code = Object.hasOwn(table, format) ? table[format] : undefined;
  return code === undefined ? NOTHING : textItem(code(text));
};

function escape(text: string, [target = '']: readonly string[]): Collection {
  const table = target === 'html' ? MARKUP : target === 'json' ? QUOTES : undefined;
  if (table === undefined) return NOTHING;
  return textItem(table.reduce((done, [from, to]) => done.replaceAll(from, to), text));
}

function unescape(text: string, [target = '']: readonly string[]): Collection {
  const table = target === 'html' ? MARKUP : target === 'json' ? QUOTES : undefined;
  if (table === undefined) return NOTHING;
  return textItem(table.toReversed().reduce((done, [to, from]) => done.replaceAll(from, to), text));
}

/** http://hl7.org/fhirpath/N1/#string-manipulation */
export const strings: FunctionGroup = {
  indexOf: ofTexts('indexOf()', 1, (text, [part = '']) => numberItem(text.indexOf(part))),
  lastIndexOf: ofTexts('lastIndexOf()', 1, (text, [part = '']) =>
    numberItem(text.lastIndexOf(part)),
  ),
  substring: withValues([1, 2], substring),
  startsWith: ofTexts('startsWith()', 1, (text, [part = '']) => truthItem(text.startsWith(part))),
  endsWith: ofTexts('endsWith()', 1, (text, [part = '']) => truthItem(text.endsWith(part))),
  contains: ofTexts('contains()', 1, (text, [part = '']) => truthItem(text.includes(part))),
  upper: ofTexts('upper()', 0, (text) => textItem(text.toUpperCase())),
  lower: ofTexts('lower()', 0, (text) => textItem(text.toLowerCase())),
  replace: ofTexts('replace()', 2, (text, [from = '', to = '']) =>
    textItem(text.replaceAll(from, () => to)),
  ),
  matches: ofTexts('matches()', 1, (text, [source = '']) =>
    truthItem(pattern(source, 's').test(text)),
  ),
  matchesFull: ofTexts('matchesFull()', 1, (text, [source = '']) =>
    truthItem(pattern(`^(?:${source})$`, 's').test(text)),
  ),
  replaceMatches: ofTexts('replaceMatches()', 2, (text, [source = '', to = '']) =>
    textItem(source === '' ? text : text.replace(pattern(source, 'gs'), to)),
  ),
  length: ofTexts('length()', 0, (text) => numberItem(text.length)),
  toChars: ofTexts('toChars()', 0, (text) => Array.from(text, (sign) => system('String', sign))),
  trim: ofTexts('trim()', 0, (text) => textItem(text.trim())),
  split: ofTexts('split()', 1, (text, [separator = '']) =>
    text.split(separator).flatMap((part) => textItem(part)),
  ),
  join: withValues([0, 1], join),
  encode: ofTexts('encode()', 1, (text, format) => coded(ENCODE, text, format)),
  decode: ofTexts('decode()', 1, (text, format) => coded(DECODE, text, format)),
  escape: ofTexts('escape()', 1, escape),
  unescape: ofTexts('unescape()', 1, unescape),
};
