import { definitions } from '../definitions.ts';
import { isJsonObject, type JsonObject, type JsonValue, listOf } from '../json.ts';
import type { EntryLists } from './index-entries.ts';
import type { Selector } from './selector.ts';

export type Sink = (value: JsonValue, out: EntryLists) => void;

const PLAIN = new Set(['string', 'id', 'uri', 'url', 'canonical', 'oid', 'uuid', 'markdown']);

/** How values of a type become token rows (https://hl7.org/fhir/R4/search.html#token). */
export function tokenSink(param: string, selector: Selector): Sink | undefined {
  const { type } = selector;
  const pushCoding = pairSink(param, 'code');
  if (type === 'CodeableConcept') {
    return (value, out) => {
      if (!isJsonObject(value)) return;
      for (const coding of listOf(value['coding'])) pushCoding(coding, out);
    };
  }
  if (type === 'Coding') return pushCoding;
  if (type === 'Identifier' || type === 'ContactPoint') return pairSink(param, 'value');
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
    if (typeof value === 'string') out.tokens.push({ param, system, code: value });
  };
}

/** A system beside a code or value. */
function pairSink(param: string, property: 'code' | 'value'): Sink {
  return (value, out) => {
    if (!isJsonObject(value)) return;
    const code = value[property];
    if (typeof code !== 'string' || code === '') return;
    out.tokens.push({ param, system: systemOf(value), code });
  };
}

function systemOf(value: JsonObject): string | null {
  const system = value['system'];
  return typeof system === 'string' ? system : null;
}
