import { definitions, type SearchRow } from '../definitions.ts';
import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { ResourceType } from '../resource-types.ts';
import { shapeOf } from '../structure.ts';
import { dateSink } from './date-sinks.ts';
import { type Expression, parseExpression } from './expression.ts';
import type { EntryLists } from './index-entries.ts';
import { numberSink, quantitySink } from './quantity-sinks.ts';
import {
  compileSelectors,
  compileVisit,
  condition,
  type Selector,
  Uncompilable,
} from './selector.ts';
import { referenceSink, stringSink, uriSink } from './text-sinks.ts';
import { type Sink, tokenSink } from './token-sinks.ts';

/** Kinds with an index table, and the two that are columns of the resource row. */
export type SearchKind =
  | 'token'
  | 'string'
  | 'date'
  | 'reference'
  | 'number'
  | 'quantity'
  | 'uri'
  | 'composite'
  | 'near'
  | 'id'
  | 'lastUpdated';

export interface SearchParameter {
  readonly code: string;
  readonly kind: SearchKind;
  /** Resource types a reference may point at; empty for other kinds. */
  readonly targets: readonly string[];
  /** Kinds of the parts of a composite, in their order; absent for other kinds. */
  readonly components?: readonly SearchKind[];
  /** Canonical URL of the definition. */
  readonly url: string;
}

/** Compiled parameter: what it is, and the closure that fills its rows. */
export interface CompiledParameter extends SearchParameter {
  readonly visit: ((resource: JsonObject, out: EntryLists) => void) | null;
  readonly selectors: readonly Selector[];
}

export interface UnsupportedParameter {
  readonly code: string;
  readonly reason: 'composite' | 'special' | 'text' | 'phonetic' | 'inlined' | 'expression';
}

interface TypeParameters {
  readonly supported: ReadonlyMap<string, CompiledParameter>;
  readonly unsupported: readonly UnsupportedParameter[];
}

const SINKS: Readonly<Record<string, (param: string, selector: Selector) => Sink | undefined>> = {
  token: tokenSink,
  string: stringSink,
  date: dateSink,
  reference: referenceSink,
  number: numberSink,
  quantity: quantitySink,
  uri: uriSink,
};

const compiled = new Map<string, TypeParameters>();

/** The R4 search parameters of a type that can be indexed and searched, by code. */
export function searchParametersOf(type: ResourceType): ReadonlyMap<string, SearchParameter> {
  return compiledParametersOf(type).supported;
}

/** The R4 search parameters of a type that are defined but not offered, with why. */
export function unsupportedParametersOf(type: ResourceType): readonly UnsupportedParameter[] {
  return compiledParametersOf(type).unsupported;
}

export function compiledParametersOf(type: ResourceType): TypeParameters {
  let parameters = compiled.get(type);
  if (parameters === undefined) {
    parameters = compileType(type);
    compiled.set(type, parameters);
  }
  return parameters;
}

function compileType(type: ResourceType): TypeParameters {
  const supported = new Map<string, CompiledParameter>();
  const unsupported: UnsupportedParameter[] = [];
  for (const row of definitions().search) {
    if (!row.base.some((base) => base === type || base === 'Resource')) continue;
    const parameter = compileParameter(row, type);
    if ('reason' in parameter) unsupported.push(parameter);
    else supported.set(parameter.code, parameter);
  }
  return { supported, unsupported };
}

function compileParameter(row: SearchRow, type: string): CompiledParameter | UnsupportedParameter {
  const { code, url } = row;
  const base = { code, url, targets: row.target ?? [] };
  // Both are columns of the resource row.
  if (code === '_id') return { ...base, kind: 'id', visit: null, selectors: [] };
  if (code === '_lastUpdated') return { ...base, kind: 'lastUpdated', visit: null, selectors: [] };
  if (row.type === 'composite') return { code, reason: 'composite' };
  if (row.type === 'special') return { code, reason: 'special' };
  if (row.expression === undefined) return { code, reason: 'text' };
  if (code === 'phonetic') return { code, reason: 'phonetic' };
  const makeSink = SINKS[row.type];
  const expression = parseExpression(row.expression);
  if (makeSink === undefined || expression === undefined) return { code, reason: 'expression' };
  const kind = row.type as SearchKind;
  const flag = truthVisit(code, expression, type);
  if (flag !== undefined) return { ...base, kind, visit: flag, selectors: [] };
  let selectors: readonly Selector[];
  try {
    selectors = compileSelectors(expression, type);
  } catch (problem) {
    if (problem instanceof Uncompilable) return { code, reason: 'expression' };
    throw problem;
  }
  if (selectors.some((selector) => selector.type === 'Resource'))
    return { code, reason: 'inlined' };
  const visits = selectors.flatMap((selector) => {
    const sink = makeSink(code, selector);
    return sink === undefined ? [] : [compileVisit<EntryLists>(selector.steps, sink)];
  });
  if (visits.length === 0) return { code, reason: 'expression' };
  return { ...base, kind, selectors, visit: allOf(visits) };
}

type Visit = (resource: JsonObject, out: EntryLists) => void;

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
