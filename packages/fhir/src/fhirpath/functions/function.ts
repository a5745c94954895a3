import type { Collection, Item } from '../item.ts';
import { countVisits, type Evaluate, type Scope, single, type Truth } from '../scope.ts';
import type { Expression } from '../syntax.ts';

/** An argument, compiled as its function needs it. */
export interface Argument {
  readonly expression: Expression;
  /** Of the whole argument, or of a part of it. */
  evaluate(part?: Expression): Evaluate;
  truth(): Truth;
}

export interface FhirPathFunction {
  /** Least and most arguments. */
  readonly arguments: readonly [least: number, most: number];
  compile(focus: Evaluate, args: readonly Argument[]): Evaluate;
}

export type FunctionGroup = Readonly<Record<string, FhirPathFunction>>;

/** A function without arguments. */
export function plain(apply: (items: Collection, scope: Scope) => Collection): FhirPathFunction {
  return {
    arguments: [0, 0],
    compile: (focus) => (scope) => apply(focus(scope), scope),
  };
}

/** A function of one item: nothing of nothing, an error for several. */
export function ofItem(name: string, apply: (item: Item) => Collection): FhirPathFunction {
  return plain((items) => {
    const item = single(items, `${name}()`);
    return item === undefined ? items : apply(item);
  });
}

/** A function with arguments that are values, evaluated where the function stands. */
export function withValues(
  count: FhirPathFunction['arguments'],
  apply: (items: Collection, values: readonly Collection[], scope: Scope) => Collection,
): FhirPathFunction {
  return {
    arguments: count,
    compile: (focus, args) => {
      const values = args.map((argument) => argument.evaluate());
      return (scope) =>
        apply(
          focus(scope),
          values.map((value) => value(scope)),
          scope,
        );
    },
  };
}

/** Visits items with `$this` and `$index` set to each, until a visit returns false. */
export function visitEach(
  scope: Scope,
  items: Collection,
  visit: (item: Item, index: number) => boolean,
): void {
  countVisits(scope, items.length);
  const { self, index: outer } = scope;
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (item === undefined) break;
    scope.self = [item];
    scope.index = index;
    if (!visit(item, index)) break;
  }
  scope.self = self;
  scope.index = outer;
}
