import { definitions } from '../definitions.ts';
import { isJsonObject, type JsonObject, type JsonValue, listOf } from '../json.ts';
import { foldText } from './fold-text.ts';
import type { EntryLists } from './index-entries.ts';
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
      if (isJsonObject(value)) pushPair(param, value, 'value', out);
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
  const system = bound?.system ?? null;
  return (value, out) => {
    if (typeof value === 'string' && value !== '') out.tokens.push({ param, system, code: value });
  };
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
    pushPair(param, value, 'code', out);
  };
}

/** `:of-type` compares the type's coding and the value together, so they share a row. */
function identifierSink(param: string): Sink {
  const typed = `${param}:of-type`;
  return (value, out) => {
    if (!isJsonObject(value)) return;
    pushPair(param, value, 'value', out);
    const { type, value: number } = value;
    if (!isJsonObject(type)) return;
    pushText(param, type['text'], out);
    if (typeof number !== 'string' || number === '') return;
    for (const coding of listOf(type['coding'])) {
      if (!isJsonObject(coding) || typeof coding['code'] !== 'string') continue;
      out.tokens.push({
        param: typed,
        system: systemOf(coding),
        code: `${coding['code']}|${number}`,
      });
    }
  };
}

/** What `:text` searches: CodeableConcept.text, Coding.display, Identifier.type.text. */
function pushText(param: string, value: JsonValue | undefined, out: EntryLists): void {
  if (typeof value !== 'string' || value === '') return;
  out.strings.push({ param: `${param}:text`, folded: foldText(value), exact: value });
}

/** A system beside a code or value. */
export function pushPair(
  param: string,
  value: JsonObject,
  property: 'code' | 'value',
  out: EntryLists,
): void {
  const code = value[property];
  if (typeof code !== 'string' || code === '') return;
  out.tokens.push({ param, system: systemOf(value), code });
}

function systemOf(value: JsonObject): string | null {
  const system = value['system'];
  return typeof system === 'string' ? system : null;
}
