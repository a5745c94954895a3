import { compareItems } from '../compare.ts';
import { distinct } from '../distinct.ts';
import { FhirPathError } from '../fhirpath-error.ts';
import { type Collection, type Item, NOTHING, truthItem } from '../item.ts';
import { type Evaluate, single } from '../scope.ts';
import { exactTypeTest, typeNameOf, typeTest } from '../type-tests.ts';
import type { Argument, FunctionGroup } from './function.ts';
import { visitEach } from './function.ts';

/** Items that `repeat()` may collect: a projection that makes new items would never end. */
const MAX_REPEATED = 100_000;

function where(focus: Evaluate, [criteria]: readonly Argument[]): Evaluate {
  const holds = criteria?.truth() ?? (() => undefined);
  return (scope) => {
    const items = focus(scope);
    if (items.length === 0) return NOTHING;
    const kept: Item[] = [];
    visitEach(scope, items, (item) => {
      if (holds(scope) === true) kept.push(item);
      return true;
    });
    return kept;
  };
}

function select(focus: Evaluate, [projection]: readonly Argument[]): Evaluate {
  const project = projection?.evaluate() ?? (() => NOTHING);
  return (scope) => {
    const items = focus(scope);
    if (items.length === 0) return NOTHING;
    const found: Item[] = [];
    visitEach(scope, items, () => {
      found.push(...project(scope));
      return true;
    });
    return found;
  };
}

function repeat(focus: Evaluate, [projection]: readonly Argument[]): Evaluate {
  const project = projection?.evaluate() ?? (() => NOTHING);
  return (scope) => {
    let found: Collection = NOTHING;
    let fresh = focus(scope);
    while (fresh.length > 0) {
      const next: Item[] = [];
      visitEach(scope, fresh, () => {
        next.push(...project(scope));
        return true;
      });
      const all = distinct([...found, ...next]);
      if (all.length > MAX_REPEATED) throw new FhirPathError('execution', 'repeat() never ends');
      fresh = all.slice(found.length);
      found = all;
    }
    return found;
  };
}

function aggregate(focus: Evaluate, [aggregator, start]: readonly Argument[]): Evaluate {
  const next = aggregator?.evaluate() ?? (() => NOTHING);
  const initial = start?.evaluate() ?? (() => NOTHING);
  return (scope) => {
    const outer = scope.total;
    const items = focus(scope);
    scope.total = initial(scope);
    visitEach(scope, items, () => {
      scope.total = next(scope);
      return true;
    });
    const { total } = scope;
    scope.total = outer;
    return total;
  };
}

function iif(focus: Evaluate, [condition, then, otherwise]: readonly Argument[]): Evaluate {
  const [holds, yes, no] = [condition?.truth(), then?.evaluate(), otherwise?.evaluate()];
  return (scope) => {
    const outer = scope.self;
    scope.self = focus(scope);
    if (scope.self.length > 1) throw new FhirPathError('execution', 'iif() takes one item');
    const result = (holds?.(scope) === true ? yes : no)?.(scope) ?? NOTHING;
    scope.self = outer;
    return result;
  };
}

function ofType(focus: Evaluate, [type]: readonly Argument[]): Evaluate {
  const test = testOf(exactTypeTest, type);
  return (scope) => focus(scope).filter(test);
}

function as(focus: Evaluate, [type]: readonly Argument[]): Evaluate {
  const test = testOf(exactTypeTest, type);
  return (scope) => {
    const item = single(focus(scope), 'as()');
    return item !== undefined && test(item) ? [item] : NOTHING;
  };
}

function testOf(
  compile: (name: string) => (item: Item) => boolean,
  argument: Argument | undefined,
): (item: Item) => boolean {
  const name = typeNameOf(argument?.expression);
  if (name === undefined) throw new FhirPathError('semantic', 'a type is needed');
  return compile(name);
}

/** Sorts by keys, a minus before one for falling order; items without a key come first. */
function sort(focus: Evaluate, args: readonly Argument[]): Evaluate {
  const keys = args.map((argument) => {
    const { expression } = argument;
    const isFalling = expression.op === 'sign' && expression.sign === '-';
    return { isFalling, evaluate: argument.evaluate(isFalling ? expression.of : expression) };
  });
  return (scope) => {
    const rows: { item: Item; keys: readonly (Item | undefined)[] }[] = [];
    visitEach(scope, focus(scope), (item) => {
      const values = keys.map((key) => single(key.evaluate(scope), 'a sort key'));
      return rows.push({ item, keys: keys.length === 0 ? [item] : values }) > 0;
    });
    rows.sort((a, b) =>
      compareKeys(
        a.keys,
        b.keys,
        keys.map((key) => key.isFalling),
      ),
    );
    return rows.map(({ item }) => item);
  };
}

type Keys = readonly (Item | undefined)[];

function compareKeys(left: Keys, right: Keys, falling: readonly boolean[]): number {
  for (const [at, a] of left.entries()) {
    const b = right[at];
    if ((a === undefined) !== (b === undefined)) return a === undefined ? -1 : 1;
    const order = a === undefined || b === undefined ? 0 : (compareItems(a, b) ?? 0);
    if (order !== 0) return falling[at] === true ? -order : order;
  }
  return 0;
}

/** http://hl7.org/fhirpath/N1/#filtering-and-projection, and what else iterates. */
export const filtering: FunctionGroup = {
  where: { arguments: [1, 1], compile: where },
  select: { arguments: [1, 1], compile: select },
  repeat: { arguments: [1, 1], compile: repeat },
  aggregate: { arguments: [1, 2], compile: aggregate },
  iif: { arguments: [2, 3], compile: iif },
  ofType: { arguments: [1, 1], compile: ofType },
  as: { arguments: [1, 1], compile: as },
  is: {
    arguments: [1, 1],
    compile: (focus, [type]) => {
      const test = testOf(typeTest, type);
      return (scope) => {
        const item = single(focus(scope), 'is()');
        return item === undefined ? NOTHING : truthItem(test(item));
      };
    },
  },
  sort: { arguments: [0, 8], compile: sort },
};
