import type { SearchRow } from '../definitions.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { shapeOf } from '../structure.ts';
import { compileComposite } from './composite-sinks.ts';
import { dateSink } from './date-sinks.ts';
import { expressionOf } from './errata.ts';
import { type Expression, parseExpression } from './expression.ts';
import type { EntryLists } from './index-entries.ts';
import { modifiersOf } from './modifiers.ts';
import { numberSink, quantitySink } from './quantity-sinks.ts';
import { positionSink, referenceSink, uriSink } from './reference-sinks.ts';
import type { SearchKind, SearchParameter, UnsupportedParameter } from './search-parameter.ts';
import {
  compileSelectors,
  compileVisit,
  condition,
  type Selector,
  Uncompilable,
} from './selector.ts';
import { phoneticSink, stringSink } from './text-sinks.ts';
import { type Sink, tokenSink } from './token-sinks.ts';

type Visit = (resource: JsonObject, out: EntryLists) => void;

/** Compiled parameter: what it is, and the closure that fills its rows. */
export interface CompiledParameter extends SearchParameter {
  /** Null where the resource row itself answers. */
  readonly visit: Visit | null;
  readonly selectors: readonly Selector[];
}

type MakeSink = (param: string, selector: Selector, targets: readonly string[]) => Sink | undefined;

const SINKS: Readonly<Record<Exclude<SearchKind, 'composite' | 'id' | 'lastUpdated'>, MakeSink>> = {
  token: tokenSink,
  string: stringSink,
  phonetic: phoneticSink,
  date: dateSink,
  reference: referenceSink,
  number: numberSink,
  quantity: quantitySink,
  uri: uriSink,
  near: positionSink,
};

/** A definition for one type; what cannot be indexed comes back with the reason. */
export function compileParameter(
  row: SearchRow,
  type: string,
): CompiledParameter | UnsupportedParameter {
  const { code } = row;
  const path = expressionOf(row);
  if (path === undefined) return { code, reason: 'text' };
  const expression = parseExpression(path);
  if (expression === undefined) return { code, reason: 'expression' };
  try {
    return compile(row, expression, type);
  } catch (problem) {
    if (problem instanceof Uncompilable) return { code, reason: 'expression' };
    throw problem;
  }
}

function kindOf({ code, type }: SearchRow): SearchKind {
  if (code === '_id') return 'id';
  if (code === '_lastUpdated') return 'lastUpdated';
  if (code === 'phonetic') return 'phonetic';
  return type === 'special' ? 'near' : (type as SearchKind);
}

/** @throws Uncompilable */
function compile(row: SearchRow, expression: Expression, type: string): CompiledParameter {
  const { code, url } = row;
  const kind = kindOf(row);
  const base = { code, url, kind, targets: row.target ?? [], selectors: [], visit: null };
  if (kind === 'id' || kind === 'lastUpdated') return { ...base, modifiers: modifiersOf(kind, []) };
  if (kind === 'composite') return { ...base, modifiers: [], ...compileComposite(row, type) };
  const flag = truthVisit(code, expression, type);
  if (flag !== undefined) {
    return { ...base, visit: flag, modifiers: modifiersOf(kind, ['boolean']) };
  }
  const found = compileSelectors(expression, type).flatMap((selector) => {
    const sink = SINKS[kind](code, selector, base.targets);
    return sink === undefined ? [] : [{ selector, sink }];
  });
  if (found.length === 0) throw new Uncompilable(code);
  const selectors = found.map(({ selector }) => selector);
  const visits = found.map(({ selector, sink }) => compileVisit<EntryLists>(selector.steps, sink));
  const types = selectors.map((selector) => selector.type);
  return { ...base, selectors, visit: allOf(visits), modifiers: modifiersOf(kind, types) };
}

function allOf(visits: readonly Visit[]): Visit {
  const [only] = visits;
  if (visits.length === 1 && only !== undefined) return only;
  return (resource, out) => {
    for (const visit of visits) visit(resource, out);
  };
}

/**
 * An expression that is itself a condition (`Patient.deceased.exists() and …`): one true or false
 * row.
 */
function truthVisit(param: string, expression: Expression, type: string): Visit | undefined {
  if (expression.op !== 'and' && expression.op !== 'or' && expression.op !== '!=') return undefined;
  const holds = condition(expression, { steps: [], type, shape: shapeOf(type) });
  return (resource, out) => {
    const code = isJsonObject(resource) && holds(resource) ? 'true' : 'false';
    out.tokens.push({ param, system: null, code });
  };
}
