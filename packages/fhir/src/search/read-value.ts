import { parseReference } from '../reference.ts';
import { isResourceId } from '../resource.ts';
import type { DateValue, ReferenceValue, StringValue, TokenValue } from './criterion-values.ts';
import { dateRange } from './date-range.ts';
import { foldText } from './fold-text.ts';
import { prefixed } from './read-number.ts';
import type { CodeOfSystem } from './search-criterion.ts';
import { splitEscaped, unescape } from './value-text.ts';

/** `code`, `system|code`, `|code` (no system), `system|` (any code of it). */
export function tokenValue(text: string): TokenValue | undefined {
  const parts = splitEscaped(text, '|').map(unescape);
  const [first = '', second] = parts;
  if (parts.length > 2) return undefined;
  if (second === undefined) return { code: first };
  if (first === '') return second === '' ? undefined : { system: null, code: second };
  return second === '' ? { system: first } : { system: first, code: second };
}

/** `system|code`: what `:above` and `:below` start from. */
export function codeOfSystem(text: string): CodeOfSystem | undefined {
  const { system, code } = tokenValue(text) ?? {};
  return typeof system === 'string' && code !== undefined ? { system, code } : undefined;
}

/** `:of-type=system|code|value`; compared with rows whose code is `code|value`. */
export function typedIdentifier(text: string): TokenValue | undefined {
  const parts = splitEscaped(text, '|').map(unescape);
  const [system = '', code = '', value = ''] = parts;
  if (parts.length !== 3 || code === '' || value === '') return undefined;
  return { ...(system !== '' && { system }), code: `${code}|${value}` };
}

/** Undefined for text of which folding leaves nothing: it would match everything. */
export function stringValue(text: string): StringValue | undefined {
  const exact = unescape(text);
  const folded = foldText(exact);
  return folded === '' ? undefined : { folded, exact };
}

/** `ap` widens the written range by its own length to both sides, which needs no clock. */
export function dateValue(text: string): DateValue | undefined {
  const { prefix, rest } = prefixed(text);
  // An unescaped `+` of a time zone arrives as a blank.
  const range = dateRange(rest.replace(' ', '+'));
  if (range === undefined) return undefined;
  const { start, end } = range;
  const more = prefix === 'ap' ? end - start : 0;
  return { prefix, start: start - more, end: end + more };
}

export interface ReferenceContext {
  /** Types the parameter may point at, or the one its modifier names. */
  readonly types: readonly string[];
  /** True where a modifier names the type: a value of another type contradicts it. */
  readonly only: boolean;
  /** This server's address ending in `/`. */
  readonly base: string | undefined;
}

/** `id`, `Type/id`, `Type/id/_history/version`, an absolute URL, a canonical. */
export function referenceValue(
  text: string,
  { types, only, base }: ReferenceContext,
): ReferenceValue | undefined {
  const plain = unescape(text);
  if (isResourceId(plain)) return types.length === 0 ? { uri: plain } : { types, id: plain };
  const target = parseReference(plain, base);
  if (target.kind === 'uri') return { uri: plain };
  if (target.kind !== 'local') return undefined;
  const { type, id, version } = target;
  if (only && !types.includes(type)) return undefined;
  return version === undefined
    ? { types: [type], id }
    : { uri: `${type}/${id}/_history/${version}` };
}

export function idValue(text: string): string | undefined {
  return isResourceId(text) ? text : undefined;
}

/** The address and every shorter path of it: `http://a.org/b/c`, `http://a.org/b`, `http://a.org`. */
export function pathsAbove(uri: string): readonly string[] {
  const paths = [uri];
  const scheme = /^[a-z][a-z0-9+.-]*:\/\/[^/]+/i.exec(uri)?.[0];
  if (scheme === undefined) return paths;
  for (let cut = uri.lastIndexOf('/'); cut >= scheme.length; cut = uri.lastIndexOf('/', cut - 1)) {
    paths.push(uri.slice(0, cut));
  }
  return [...new Set(paths)];
}
