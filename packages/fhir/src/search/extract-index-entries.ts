import type { Resource } from '../resource.ts';
import { type IndexEntries, noEntries } from './index-entries.ts';
import { compiledParametersOf } from './search-parameters.ts';

/**
 * Everything the resource is found by. Reads unvalidated data without throwing: what has the wrong
 * shape yields no row. Not included: `_id`, `_lastUpdated` (columns of the resource row) and the
 * parameters `unsupportedParametersOf` names.
 */
export function extractIndexEntries(resource: Resource): IndexEntries {
  const out = noEntries();
  for (const { visit } of compiledParametersOf(resource.resourceType).supported.values()) {
    if (visit !== null) visit(resource, out);
  }
  return {
    tokens: distinct(out.tokens, (a) => `${a.param}\n${a.system}\n${a.code}`),
    strings: distinct(out.strings, (a) => `${a.param}\n${a.exact}`),
    dates: distinct(out.dates, (a) => `${a.param}\n${a.start}\n${a.end}`),
    references: distinct(out.references, (a) =>
      'uri' in a ? `${a.param}\n${a.uri}` : `${a.param}\n${a.type}\n${a.id}`,
    ),
    numbers: distinct(out.numbers, (a) => `${a.param}\n${a.low}\n${a.high}`),
    quantities: distinct(
      out.quantities,
      (a) => `${a.param}\n${a.system}\n${a.code}\n${a.low}\n${a.high}`,
    ),
    uris: distinct(out.uris, (a) => `${a.param}\n${a.uri}`),
    composites: distinct(out.composites, (a) => JSON.stringify(a)),
    positions: distinct(out.positions, (a) => `${a.param}\n${a.latitude}\n${a.longitude}`),
  };
}

function distinct<Entry extends { readonly param: string }>(
  entries: Entry[],
  keyOf: (entry: Entry) => string,
): Entry[] {
  if (entries.length < 2 || haveOwnParameters(entries)) return entries;
  const seen = new Set<string>();
  return entries.filter((entry) => {
    const key = keyOf(entry);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Beyond so many a look at each pair costs more than their keys. */
const PAIRWISE_MAX = 12;

/** What each of a few entries is found by differs already: nothing can stand there twice. */
function haveOwnParameters(entries: readonly { readonly param: string }[]): boolean {
  if (entries.length > PAIRWISE_MAX) return false;
  return entries.every(({ param }, nth) => {
    for (let before = 0; before < nth; before++) {
      if (entries[before]?.param === param) return false;
    }
    return true;
  });
}
