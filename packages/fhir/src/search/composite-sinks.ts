import { definitions, type SearchRow } from '../definitions.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { MAX_COMPOSITE_ROWS } from '../limits.ts';
import { shapeOf } from '../structure.ts';
import { dateSink } from './date-sinks.ts';
import { partsOf } from './errata.ts';
import { parseExpression } from './expression.ts';
import { type CompositePart, type EntryLists, noEntries } from './index-entries.ts';
import { numberSink, quantitySink } from './quantity-sinks.ts';
import { referenceSink } from './reference-sinks.ts';
import {
  compileSelectors,
  compileSelectorsWithin,
  compileVisit,
  type Selector,
  Uncompilable,
} from './selector.ts';
import { stringSink } from './text-sinks.ts';
import { type Sink, tokenSink } from './token-sinks.ts';

export type PartKind = CompositePart['kind'];

type Fill = (node: JsonObject, resource: JsonObject, out: EntryLists) => void;

interface Part {
  readonly kind: PartKind;
  readonly fill: Fill;
}

export interface CompiledComposite {
  readonly components: readonly PartKind[];
  /** Types that a reference part may point at. */
  readonly targets: readonly string[];
  readonly visit: (resource: JsonObject, out: EntryLists) => void;
}

type MakeSink = (param: string, from: Selector, targets: readonly string[]) => Sink | undefined;

const SINKS: Readonly<Record<PartKind, MakeSink>> = {
  token: tokenSink,
  string: stringSink,
  date: dateSink,
  number: numberSink,
  quantity: quantitySink,
  reference: referenceSink,
};

/** Derived rows of a part (`:text`, `:identifier`) are told from its own by the name. */
const OWN = '';
const CANONICAL = ':canonical';

/**
 * https://hl7.org/fhir/R4/search.html#composite
 * @throws Uncompilable for a path outside the subset
 */
export function compileComposite(row: SearchRow, type: string): CompiledComposite {
  const expression = parseExpression(row.expression ?? '');
  if (expression === undefined) throw new Uncompilable(row.code);
  const rows = partsOf(row);
  const visits = compileSelectors(expression, type).map((context) => {
    const parts = rows.map((part) => compilePart(part, context, type));
    const visit = compileVisit<{ resource: JsonObject; out: EntryLists }>(
      context.steps,
      (node, { resource, out }) => {
        if (isJsonObject(node)) pushRows(row.code, parts, { node, resource, out });
      },
    );
    return { parts, visit };
  });
  return {
    components: visits[0]?.parts.map(({ kind }) => kind) ?? [],
    targets: rows.flatMap(({ url }) => definitionOf(url)?.target ?? []),
    visit: (resource, out) => {
      for (const { visit } of visits) visit(resource, { resource, out });
    },
  };
}

const definitionOf = (url: string): SearchRow | undefined =>
  definitions().search.find((row) => row.url === url);

const RESOURCE = '%resource.';

function compilePart(
  { url, path }: { readonly url: string; readonly path: string },
  context: Selector,
  type: string,
): Part {
  const kind = definitionOf(url)?.type as PartKind;
  const fromResource = path.startsWith(RESOURCE);
  const expression = parseExpression(fromResource ? path.slice(RESOURCE.length) : path);
  if (expression === undefined) throw new Uncompilable(path);
  const start = fromResource ? { type, shape: shapeOf(type) } : context;
  const visits = compileSelectorsWithin(expression, start).flatMap((selector) => {
    const sink = SINKS[kind](OWN, selector, []);
    return sink === undefined ? [] : [compileVisit<EntryLists>(selector.steps, sink)];
  });
  if (visits.length === 0) throw new Uncompilable(path);
  return {
    kind,
    fill: (node, resource, out) => {
      for (const visit of visits) visit(fromResource ? resource : node, out);
    },
  };
}

interface Place {
  readonly node: JsonObject;
  readonly resource: JsonObject;
  readonly out: EntryLists;
}

function pushRows(param: string, parts: readonly Part[], { node, resource, out }: Place): void {
  const own: CompositePart[][] = [];
  const canonical: CompositePart[][] = [];
  for (const { kind, fill } of parts) {
    const entries = noEntries();
    fill(node, resource, entries);
    const values = valuesOf(kind, entries, OWN);
    if (values.length === 0) return;
    own.push(values);
    canonical.push(kind === 'quantity' ? valuesOf(kind, entries, CANONICAL) : values);
  }
  pushProduct(param, own, out);
  if (parts.some(({ kind }) => kind === 'quantity')) {
    pushProduct(`${param}${CANONICAL}`, canonical, out);
  }
}

const LISTS = {
  token: 'tokens',
  string: 'strings',
  date: 'dates',
  number: 'numbers',
  quantity: 'quantities',
  reference: 'references',
} as const satisfies Record<PartKind, keyof EntryLists>;

function valuesOf(kind: PartKind, entries: EntryLists, param: string): CompositePart[] {
  return entries[LISTS[kind]]
    .filter((entry) => entry.param === param)
    .map(({ param: _param, ...value }) => ({ kind, ...value }) as CompositePart);
}

function pushProduct(param: string, lists: readonly CompositePart[][], out: EntryLists): void {
  let rows: CompositePart[][] = [[]];
  for (const values of lists) {
    rows = rows
      .flatMap((row) => values.map((value) => [...row, value]))
      .slice(0, MAX_COMPOSITE_ROWS);
  }
  for (const parts of rows) {
    if (out.composites.length < MAX_COMPOSITE_ROWS) out.composites.push({ param, parts });
  }
}
