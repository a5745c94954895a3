import { isJsonObject, type JsonValue, listOf } from '../json.ts';
import { parseReference } from '../reference.ts';
import { foldText } from './fold-text.ts';
import type { EntryLists } from './index-entries.ts';
import type { Selector } from './selector.ts';
import type { Sink } from './token-sinks.ts';

const TEXTS = new Set(['string', 'markdown', 'code', 'id', 'uri', 'url', 'canonical']);
const URIS = new Set(['uri', 'url', 'canonical', 'oid', 'uuid']);
const PARTS: Readonly<Record<string, readonly string[]>> = {
  HumanName: ['family', 'given', 'prefix', 'suffix', 'text'],
  Address: ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'],
};

/** Each part of a name or address is a row: any of them may match. */
export function stringSink(param: string, selector: Selector): Sink | undefined {
  if (TEXTS.has(selector.type)) return (value, out) => pushText(param, value, out);
  const parts = PARTS[selector.type];
  if (parts === undefined) return undefined;
  return (value, out) => {
    if (!isJsonObject(value)) return;
    for (const part of parts) {
      for (const text of listOf(value[part])) pushText(param, text, out);
    }
  };
}

function pushText(param: string, value: JsonValue, out: EntryLists): void {
  if (typeof value !== 'string' || value === '') return;
  out.strings.push({ param, folded: foldText(value), exact: value });
}

export function uriSink(param: string, selector: Selector): Sink | undefined {
  if (!URIS.has(selector.type)) return undefined;
  return (value, out) => {
    if (typeof value === 'string') out.uris.push({ param, uri: value });
  };
}

/**
 * References into this server by type and id, all others by their text; contained ones not at all.
 */
export function referenceSink(param: string, selector: Selector): Sink | undefined {
  if (selector.type === 'Reference') {
    return (value, out) => {
      if (isJsonObject(value)) pushReference(param, value['reference'], out);
    };
  }
  if (!URIS.has(selector.type)) return undefined;
  return (value, out) => pushReference(param, value, out);
}

function pushReference(param: string, value: JsonValue | undefined, out: EntryLists): void {
  if (typeof value !== 'string') return;
  const target = parseReference(value);
  if (target.kind === 'local') out.references.push({ param, type: target.type, id: target.id });
  else if (target.kind !== 'contained') out.references.push({ param, uri: value });
}
