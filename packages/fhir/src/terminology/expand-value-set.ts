import { isJsonObject, type JsonObject, type JsonValue, listOf, textOf } from '../json.ts';
import { MAX_NESTED_VALUE_SETS } from '../limits.ts';
import type { CodeHierarchy } from './code-hierarchy.ts';

/** A code with its system. */
export interface SystemCode {
  readonly system: string;
  readonly code: string;
}

/** Where an expansion finds what a value set refers to; undefined for what it does not know. */
export interface TerminologySource {
  valueSet(url: string): JsonObject | undefined;
  codeSystem(url: string): CodeHierarchy | undefined;
}

/**
 * The codes of a ValueSet by its `compose` (https://hl7.org/fhir/R4/valueset.html#compositions):
 * listed concepts, whole systems, hierarchy filters, other value sets, exclusions.
 * @returns undefined where one part cannot be listed: an unknown or open-ended system, another
 * filter. Half an expansion would answer wrongly.
 */
export function expandValueSet(
  valueSet: JsonObject,
  source: TerminologySource,
): readonly SystemCode[] | undefined {
  const found = expandCompose(valueSet['compose'], source, 0);
  return found === undefined ? undefined : [...found.values()];
}

type Codes = Map<string, SystemCode>;

function expandCompose(
  compose: JsonValue | undefined,
  source: TerminologySource,
  depth: number,
): Codes | undefined {
  if (!isJsonObject(compose) || depth > MAX_NESTED_VALUE_SETS) return undefined;
  const found: Codes = new Map();
  for (const include of listOf(compose['include'])) {
    const codes = expandRule(include, source, depth);
    if (codes === undefined) return undefined;
    for (const [key, code] of codes) found.set(key, code);
  }
  for (const exclude of listOf(compose['exclude'])) {
    const codes = expandRule(exclude, source, depth);
    if (codes === undefined) return undefined;
    for (const key of codes.keys()) found.delete(key);
  }
  return found;
}

/** What the system part and every value set named have in common. */
function expandRule(rule: JsonValue, source: TerminologySource, depth: number): Codes | undefined {
  if (!isJsonObject(rule)) return undefined;
  const parts: (Codes | undefined)[] = [];
  const system = textOf(rule['system']);
  if (system !== undefined) parts.push(codesOfSystem(system, rule, source));
  for (const url of listOf(rule['valueSet'])) {
    const nested = source.valueSet(unversioned(textOf(url) ?? ''));
    parts.push(
      nested === undefined ? undefined : expandCompose(nested['compose'], source, depth + 1),
    );
  }
  const [first, ...others] = parts;
  if (first === undefined) return undefined;
  const common: Codes = new Map(first);
  for (const other of others) {
    if (other === undefined) return undefined;
    for (const key of common.keys()) if (!other.has(key)) common.delete(key);
  }
  return common;
}

export const unversioned = (url: string): string => url.split('|', 1)[0] ?? url;

function codesOfSystem(
  system: string,
  rule: JsonObject,
  source: TerminologySource,
): Codes | undefined {
  const listed = listOf(rule['concept']);
  if (listed.length > 0) {
    const codes = listed.flatMap((concept) =>
      isJsonObject(concept) ? (textOf(concept['code']) ?? []) : [],
    );
    return keyed(system, codes);
  }
  const hierarchy = source.codeSystem(unversioned(system));
  if (hierarchy === undefined) return undefined;
  let codes: readonly string[] | undefined = hierarchy.codes;
  for (const filter of listOf(rule['filter'])) {
    const passed = isJsonObject(filter) ? filtered(filter, hierarchy) : undefined;
    if (passed === undefined) return undefined;
    codes = codes.filter((code) => passed.has(code));
  }
  return keyed(system, codes);
}

/** `concept is-a X`, `concept descendent-of X`, `concept is-not-a X`; other filters are not known. */
function filtered(filter: JsonObject, hierarchy: CodeHierarchy): ReadonlySet<string> | undefined {
  const { property, op, value } = filter;
  if (property !== 'concept' || typeof value !== 'string') return undefined;
  const below = hierarchy.below(value);
  if (below === undefined) return undefined;
  const set = new Set(below);
  if (op === 'is-a') return set;
  if (op === 'descendent-of') {
    set.delete(value);
    return set;
  }
  return op === 'is-not-a' ? new Set(hierarchy.codes.filter((code) => !set.has(code))) : undefined;
}

const keyed = (system: string, codes: readonly string[]): Codes =>
  new Map(codes.map((code) => [`${system}|${code}`, { system, code }]));
