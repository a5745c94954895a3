import { definitions, type SearchRow } from '../../definitions.ts';
import type { Resource } from '../../resource.ts';
import { isResourceType, type ResourceType } from '../../resource-types.ts';
import { expressionOf, partsOf } from '../../search/errata.ts';
import {
  type CompositePart,
  type EntryLists,
  type IndexEntries,
  noEntries,
} from '../../search/index-entries.ts';
import type { SearchParameter } from '../../search/search-parameter.ts';
import { compiledParametersOf } from '../../search/search-parameters.ts';
import { valuesAt } from './fhirpath-nodes.ts';
import {
  type Convert,
  naiveDates,
  naiveNumbers,
  naivePositions,
  naiveQuantities,
  naiveReferences,
  naiveSounds,
  naiveStrings,
  naiveTokens,
  naiveUris,
} from './naive-values.ts';

/** Everything a resource is found by, read with the `fhirpath` library and no cleverness. */
export function oracleEntries(resource: Resource): IndexEntries {
  const out = noEntries();
  for (const parameter of compiledParametersOf(resource.resourceType).supported.values()) {
    fill(parameter, resource, out);
  }
  return {
    tokens: distinct(out.tokens),
    strings: distinct(out.strings),
    dates: distinct(out.dates),
    references: distinct(out.references),
    numbers: distinct(out.numbers),
    quantities: distinct(out.quantities),
    uris: distinct(out.uris),
    composites: distinct(out.composites),
    positions: distinct(out.positions),
  };
}

function distinct<Entry>(entries: readonly Entry[]): Entry[] {
  const infinite = (_key: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  return [...new Map(entries.map((entry) => [JSON.stringify(entry, infinite), entry])).values()];
}

function fill(parameter: SearchParameter, resource: Resource, out: EntryLists): void {
  const { code, kind } = parameter;
  if (kind === 'id' || kind === 'lastUpdated') return;
  const row = definitionFor(resource.resourceType, code);
  if (kind === 'composite') fillComposite(row, resource, out);
  else {
    const convert = converter(resource.resourceType, code, kind);
    for (const branch of branchesOf(row)) {
      for (const value of valuesAt(resource, branch)) convert(code, value, out);
    }
  }
}

/**
 * The branches of a union one by one: FHIRPath's `|` compares all values to drop equal ones, which
 * it refuses for quantities with a comparator.
 */
function branchesOf(row: SearchRow): readonly string[] {
  const expression = expressionOf(row) ?? '{}';
  const branches = [''];
  let depth = 0;
  for (const sign of expression) {
    if (sign === '(') depth++;
    if (sign === ')') depth--;
    if (sign === '|' && depth === 0) branches.push('');
    else branches[branches.length - 1] += sign;
  }
  return branches.map((branch) => branch.trim());
}

function definitionFor(type: ResourceType, code: string): SearchRow {
  const row = definitions().search.find(
    ({ base, code: name }) => name === code && (base.includes(type) || base.includes('Resource')),
  );
  if (row === undefined) throw new Error(`no definition of ${type}.${code}`);
  return row;
}

function converter(type: ResourceType, code: string, kind: string): Convert {
  switch (kind) {
    case 'token':
      return naiveTokens(systemOf(type, code));
    case 'string':
      return naiveStrings;
    case 'phonetic':
      return naiveSounds;
    case 'date':
      return naiveDates;
    case 'reference':
      return naiveReferences(isResourceType, definitionFor(type, code).target ?? []);
    case 'number':
      return naiveNumbers;
    case 'quantity':
      return naiveQuantities;
    case 'uri':
      return naiveUris;
    case 'near':
      return naivePositions;
    default:
      throw new Error(`no converter for ${kind}`);
  }
}

/** The system that a required binding gives to a code; FHIRPath does not tell, so it is looked up. */
function systemOf(type: ResourceType, param: string): (code: string) => string | null {
  const selectors = compiledParametersOf(type).supported.get(param)?.selectors ?? [];
  const bound = selectors
    .filter((selector) => selector.type === 'code')
    .map(({ binding }) => definitions().valueSets[binding ?? '']);
  return (code) => {
    for (const valueSet of bound) {
      for (const [system, codes] of Object.entries(valueSet?.systems ?? {})) {
        if (codes.includes(code)) return system;
      }
    }
    return bound[0]?.system ?? null;
  };
}

const LIST_OF = {
  token: 'tokens',
  string: 'strings',
  date: 'dates',
  number: 'numbers',
  quantity: 'quantities',
  reference: 'references',
} as const;

function fillComposite(row: SearchRow, resource: Resource, out: EntryLists): void {
  const { code } = row;
  const places = branchesOf(row).flatMap((branch) =>
    valuesAt(resource, branch).map((_, i) => `(${branch}).skip(${i}).take(1)`),
  );
  const kinds = partsOf(row).map(({ url }) => partDefinition(url).type);
  const variants = kinds.includes('quantity') ? ['', ':canonical'] : [''];
  for (const place of places) {
    for (const variant of variants) {
      let rows: CompositePart[][] = [[]];
      for (const { url, path } of partsOf(row)) {
        const values = partValues(resource, { url, path: `${place}.select(${path})` }, variant);
        rows = rows.flatMap((parts) => values.map((value) => [...parts, value]));
      }
      for (const parts of rows) out.composites.push({ param: `${code}${variant}`, parts });
    }
  }
}

const partDefinition = (url: string): { type: string; code: string } =>
  definitions().search.find((other) => other.url === url) ?? { type: '', code: '' };

function partValues(
  resource: Resource,
  { url, path }: { readonly url: string; readonly path: string },
  variant: string,
): CompositePart[] {
  const { type: kind, code } = partDefinition(url);
  const entries = noEntries();
  const convert = converter(resource.resourceType, code, kind);
  for (const value of valuesAt(resource, path)) convert('', value, entries);
  const wanted = kind === 'quantity' ? variant : '';
  return entries[LIST_OF[kind as keyof typeof LIST_OF]]
    .filter(({ param }) => param === wanted)
    .map(({ param: _param, ...value }) => ({ kind, ...value }) as CompositePart);
}
