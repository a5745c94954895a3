import { definitions, type ValueSetRow } from '../definitions.ts';
import { isJsonObject, type JsonValue, listOf } from '../json.ts';
import { foldText } from './fold-text.ts';
import type { EntryLists, TokenEntry } from './index-entries.ts';
import type { Selector } from './selector.ts';

export type Sink = (value: JsonValue, out: EntryLists) => void;

const PLAIN = new Set(['string', 'id', 'uri', 'url', 'canonical', 'oid', 'uuid', 'markdown']);

/** How values of a type become token rows (https://hl7.org/fhir/R4/search.html#token). */
export function tokenSink(param: string, selector: Selector): Sink | undefined {
  const { type } = selector;
  if (type === 'CodeableConcept') return conceptSink(param);
  if (type === 'Coding') return codingSink(param);
  if (type === 'Identifier') return identifierSink(param);
  if (type === 'ContactPoint') {
    return (value, out) => {
      const pair = pairOf(value, 'value');
      if (pair !== undefined) out.tokens.push({ param, ...pair });
    };
  }
  if (type === 'boolean') {
    return (value, out) => {
      if (typeof value === 'boolean') {
        out.tokens.push({ param, system: null, code: value ? 'true' : 'false' });
      }
    };
  }
  if (type !== 'code' && !PLAIN.has(type)) return undefined;
  // The system of a bound code is implied by its value set, so that `gender=system|male` finds it.
  const bound =
    selector.binding === undefined ? undefined : definitions().valueSets[selector.binding];
  const systemOf = impliedSystems(bound);
  return (value, out) => {
    if (typeof value !== 'string' || value === '') return;
    out.tokens.push({ param, system: systemOf(value), code: value });
  };
}

/** The system of a code: its value set's only one, or that of its several which lists the code. */
function impliedSystems(bound: ValueSetRow | undefined): (code: string) => string | null {
  if (bound?.systems === undefined) return () => bound?.system ?? null;
  const byCode = new Map<string, string>();
  for (const [system, codes] of Object.entries(bound.systems)) {
    for (const code of codes) if (!byCode.has(code)) byCode.set(code, system);
  }
  return (code) => byCode.get(code) ?? null;
}

function conceptSink(param: string): Sink {
  const pushCoding = codingSink(param);
  return (value, out) => {
    if (!isJsonObject(value)) return;
    pushText(param, value['text'], out);
    for (const coding of listOf(value['coding'])) pushCoding(coding, out);
  };
}

function codingSink(param: string): Sink {
  return (value, out) => {
    if (!isJsonObject(value)) return;
    pushText(param, value['display'], out);
    const pair = pairOf(value, 'code');
    if (pair !== undefined) out.tokens.push({ param, ...pair });
  };
}

/** `:of-type` compares the type's coding and the value together, so they share a row. */
function identifierSink(param: string): Sink {
  const typed = `${param}:of-type`;
  return (value, out) => {
    if (!isJsonObject(value)) return;
    const pair = pairOf(value, 'value');
    if (pair !== undefined) out.tokens.push({ param, ...pair });
    const { type } = value;
    if (!isJsonObject(type)) return;
    pushText(param, type['text'], out);
    if (pair === undefined) return;
    for (const coding of listOf(type['coding'])) {
      const kind = pairOf(coding, 'code');
      if (kind === undefined) continue;
      const { system, code } = kind;
      out.tokens.push({ param: typed, system, code: `${code}|${pair.code}` });
    }
  };
}

/** What `:text` searches: CodeableConcept.text, Coding.display, Identifier.type.text. */
function pushText(param: string, value: JsonValue | undefined, out: EntryLists): void {
  if (typeof value !== 'string' || value === '') return;
  out.strings.push({ param: `${param}:text`, folded: foldText(value), exact: value });
}

/** A system beside a code or value; undefined where there is none of the latter. */
export function pairOf(
  value: JsonValue | undefined,
  property: 'code' | 'value',
): Omit<TokenEntry, 'param'> | undefined {
  if (!isJsonObject(value)) return undefined;
  const { system, [property]: code } = value;
  if (typeof code !== 'string' || code === '') return undefined;
  return { system: typeof system === 'string' ? system : null, code };
}
