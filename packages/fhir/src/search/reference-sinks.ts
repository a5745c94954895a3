import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { parseReference } from '../reference.ts';
import type { EntryLists } from './index-entries.ts';
import type { Selector } from './selector.ts';
import { pairOf, type Sink } from './token-sinks.ts';

const URIS = new Set(['uri', 'url', 'canonical', 'oid', 'uuid']);

export function uriSink(param: string, selector: Selector): Sink | undefined {
  if (!URIS.has(selector.type)) return undefined;
  return (value, out) => {
    if (typeof value !== 'string' || value === '') return;
    for (const uri of addressesOf(value)) out.uris.push({ param, uri });
  };
}

/** References of this server by type and id, all others by their text; a logical one by identifier. */
export function referenceSink(
  param: string,
  selector: Selector,
  targets: readonly string[],
): Sink | undefined {
  const { type } = selector;
  if (type === 'Reference') return literalAndLogical(param);
  if (type === 'Resource') return inlined(param, targets);
  if (!URIS.has(type)) return undefined;
  return (value, out) => pushReference(param, value, out);
}

function literalAndLogical(param: string): Sink {
  const logical = `${param}:identifier`;
  return (value, out) => {
    if (!isJsonObject(value)) return;
    pushReference(param, value['reference'], out);
    const identifier = pairOf(value['identifier'], 'value');
    if (identifier !== undefined) out.tokens.push({ param: logical, ...identifier });
  };
}

/** `Bundle.entry[0].resource`: the document's own Composition, found by its type and id. */
function inlined(param: string, targets: readonly string[]): Sink {
  return (value, out) => {
    if (!isJsonObject(value)) return;
    const { resourceType: type, id } = value;
    if (typeof type !== 'string' || typeof id !== 'string' || !targets.includes(type)) return;
    out.references.push({ param, type, id });
  };
}

function pushReference(param: string, value: JsonValue | undefined, out: EntryLists): void {
  if (typeof value !== 'string' || value === '') return;
  const target = parseReference(value);
  if (target.kind === 'local') {
    const { type, id, version } = target;
    out.references.push({ param, type, id });
    if (version !== undefined) out.references.push({ param, uri: value });
  } else {
    for (const uri of addressesOf(value)) out.references.push({ param, uri });
  }
}

/** A canonical with a version is found with and without it. */
function addressesOf(uri: string): readonly string[] {
  const cut = uri.indexOf('|');
  return cut < 1 ? [uri] : [uri, uri.slice(0, cut)];
}

/** A `near` row of a Location's position. */
export function positionSink(param: string): Sink {
  return (value: JsonValue, out: EntryLists) => {
    if (!isJsonObject(value)) return;
    const { latitude, longitude }: JsonObject = value;
    if (typeof latitude !== 'number' || typeof longitude !== 'number') return;
    out.positions.push({ param, latitude, longitude });
  };
}
