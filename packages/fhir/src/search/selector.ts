import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { referencedType } from '../reference.ts';
import { propertiesNamed, type Shape, shapeOf } from '../structure.ts';
import type { Expression } from './expression.ts';

export type Step =
  | { readonly kind: 'get'; readonly name: string; readonly list: boolean }
  | { readonly kind: 'at'; readonly index: number }
  | { readonly kind: 'keep'; readonly test: (value: JsonValue) => boolean };

/** One statically typed way from a resource to values: choice types are already told apart. */
export interface Selector {
  readonly steps: readonly Step[];
  /** FHIR type of what it yields. */
  readonly type: string;
  readonly shape: Shape | null;
  /** Value set whose codes it yields, for a `code` with a required binding. */
  readonly binding?: string;
}

/** A path outside the subset, or one that names no element of the type. */
export class Uncompilable extends Error {}

const ROOTS = new Set(['Resource', 'DomainResource']);

/**
 * The selectors of an expression for one resource type; branches written for other types fall away.
 */
export function compileSelectors(expression: Expression, type: string): readonly Selector[] {
  return select(expression, { steps: [], type, shape: shapeOf(type) }, type);
}

/** The selectors of an expression that starts at what `context` yields; steps start there too. */
export function compileSelectorsWithin(
  expression: Expression,
  { type, shape }: Pick<Selector, 'type' | 'shape'>,
): readonly Selector[] {
  return select(expression, { steps: [], type, shape }, null);
}

/**
 * @param here what a leading name is read from
 * @param root resource type whose name may start the path; null inside `where(…)`
 */
function select(expression: Expression, here: Selector, root: string | null): Selector[] {
  switch (expression.op) {
    case 'union':
      return expression.parts.flatMap((part) => select(part, here, root));
    case 'name':
      return expression.of === null
        ? leading(expression.name, here, root)
        : select(expression.of, here, root).flatMap((from) => child(from, expression.name));
    case 'index':
      return select(expression.of, here, root).map((from) => indexed(from, expression.at));
    case 'as':
      return ofType(select(expression.of, here, root), expression.type);
    case 'call':
      return called(expression, here, root);
    default:
      throw new Uncompilable(expression.op);
  }
}

function leading(name: string, here: Selector, root: string | null): Selector[] {
  if (root === null) return child(here, name);
  if (name === root || ROOTS.has(name)) return [here];
  if (/^[A-Z]/.test(name)) return [];
  return child(here, name);
}

function child(from: Selector, name: string): Selector[] {
  const properties = from.shape === null ? [] : propertiesNamed(from.shape, name);
  if (properties.length === 0) throw new Uncompilable(`${from.type}.${name}`);
  return properties.map((property) => ({
    steps: [...from.steps, { kind: 'get', name: property.name, list: property.list }],
    type: property.type,
    shape: property.shape,
    ...(property.row.b !== undefined && { binding: property.row.b }),
  }));
}

function indexed(from: Selector, index: number): Selector {
  return { ...from, steps: [...from.steps, { kind: 'at', index }] };
}

function ofType(selectors: readonly Selector[], type: string): Selector[] {
  return selectors.filter((selector) => selector.type === type);
}

type Call = Extract<Expression, { op: 'call' }>;

function called(call: Call, here: Selector, root: string | null): Selector[] {
  const [argument] = call.args;
  if (call.of === null || argument === undefined) throw new Uncompilable(call.name);
  const from = select(call.of, here, root);
  switch (call.name) {
    case 'as':
    case 'ofType':
      if (argument.op !== 'name') throw new Uncompilable(call.name);
      return ofType(from, argument.name);
    case 'where':
      return from.map((selector) => kept(selector, condition(argument, selector)));
    case 'extension': {
      if (argument.op !== 'literal') throw new Uncompilable(call.name);
      const url = argument.value;
      return from
        .flatMap((selector) => child(selector, 'extension'))
        .map((selector) => kept(selector, (value) => isJsonObject(value) && value['url'] === url));
    }
    default:
      throw new Uncompilable(call.name);
  }
}

function kept(from: Selector, test: (value: JsonValue) => boolean): Selector {
  return { ...from, steps: [...from.steps, { kind: 'keep', test }] };
}

type Test = (value: JsonValue) => boolean;

/** The boolean subset: `resolve() is X`, `a = 'b'`, `a != b`, `a.exists()`, `and`, `or`. */
export function condition(expression: Expression, here: Selector): Test {
  if (expression.op === 'and' || expression.op === 'or') {
    const left = condition(expression.left, here);
    const right = condition(expression.right, here);
    return expression.op === 'and'
      ? (value) => left(value) && right(value)
      : (value) => left(value) || right(value);
  }
  if (expression.op === 'is') return resolvesTo(expression);
  if (expression.op === '=' || expression.op === '!=') return compared(expression, here);
  if (expression.op === 'call' && expression.name === 'exists' && expression.of !== null) {
    const found = finder(expression.of, here);
    return (value) => found(value).length > 0;
  }
  throw new Uncompilable(expression.op);
}

function resolvesTo(expression: Extract<Expression, { op: 'as' | 'is' }>): Test {
  const { of, type } = expression;
  if (of.op !== 'call' || of.name !== 'resolve') throw new Uncompilable('is');
  return (value) => {
    if (!isJsonObject(value)) return false;
    const { reference, type: stated } = value;
    const text = typeof reference === 'string' ? reference : undefined;
    return referencedType(text, typeof stated === 'string' ? stated : undefined) === type;
  };
}

function compared(
  expression: Extract<Expression, { op: 'and' | 'or' | '=' | '!=' }>,
  here: Selector,
): Test {
  const { left, op, right } = expression;
  if (right.op !== 'literal') throw new Uncompilable(op);
  const found = finder(left, here);
  // FHIRPath: comparing nothing yields nothing, which counts as false in a condition.
  return op === '='
    ? (value) => found(value).some((item) => item === right.value)
    : (value) => found(value).some((item) => item !== right.value);
}

function finder(expression: Expression, here: Selector): (value: JsonValue) => JsonValue[] {
  // A condition at the top of an expression names the resource type first, one inside `where` does
  // not.
  const root = here.steps.length === 0 ? here.type : null;
  const from: Selector = { ...here, steps: [] };
  const visits = select(expression, from, root).map((selector) => visitor(selector.steps));
  return (value) => {
    const found: JsonValue[] = [];
    if (isJsonObject(value)) for (const visit of visits) visit(value, (item) => found.push(item));
    return found;
  };
}

type Visit<Out> = (node: JsonObject, out: Out) => void;

/** Turns steps into one closure that calls `sink(value)` for every value reached. */
function visitor(steps: readonly Step[]): Visit<(value: JsonValue) => void> {
  return compileVisit<(value: JsonValue) => void>(steps, (value, emit) => emit(value));
}

/** Turns steps into one closure that calls `sink(value, out)` for every value reached, in order. */
export function compileVisit<Out>(
  steps: readonly Step[],
  sink: (value: JsonValue, out: Out) => void,
): Visit<Out> {
  let next: (value: JsonValue, out: Out) => void = sink;
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i];
    if (step === undefined || step.kind === 'at') continue;
    const before = steps[i + 1];
    const only = before?.kind === 'at' ? before.index : undefined;
    next = step.kind === 'keep' ? keep(step.test, next) : get(step.name, only, next);
  }
  return next;
}

function keep<Out>(test: Test, next: (value: JsonValue, out: Out) => void) {
  return (value: JsonValue, out: Out): void => {
    if (test(value)) next(value, out);
  };
}

/**
 * Written for data nobody validated: a list where one value belongs, or the reverse, is read
 * anyway.
 */
function get<Out>(
  name: string,
  only: number | undefined,
  next: (value: JsonValue, out: Out) => void,
) {
  return (node: JsonValue, out: Out): void => {
    if (!isJsonObject(node)) return;
    const value = node[name];
    if (value === undefined || value === null) return;
    if (!isJsonList(value)) next(value, out);
    else if (only !== undefined) {
      const item = value[only];
      if (item !== undefined) next(item, out);
    } else for (const item of value) if (item !== null) next(item, out);
  };
}
