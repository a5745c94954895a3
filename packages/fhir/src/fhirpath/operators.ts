import { calculation } from './calculate.ts';
import { areEqual, areEquivalent, compareItems } from './compare.ts';
import { distinct, has } from './distinct.ts';
import { type Collection, NOTHING, scalarText, textItem, truthItem } from './item.ts';
import { type Evaluate, single, type Truth } from './scope.ts';
import type { Operator } from './syntax.ts';

export type TruthOperator = 'and' | 'or' | 'xor' | 'implies';

export const isTruthOperator = (operator: Operator): operator is TruthOperator =>
  operator === 'and' || operator === 'or' || operator === 'xor' || operator === 'implies';

/** Three-valued logic: undefined is the empty collection. */
export function truthOperation(operator: TruthOperator, left: Truth, right: Truth): Truth {
  switch (operator) {
    case 'and':
      return (scope) => {
        const a = left(scope);
        if (a === false) return false;
        const b = right(scope);
        return b === false ? false : a === true && b === true ? true : undefined;
      };
    case 'or':
      return (scope) => {
        const a = left(scope);
        if (a === true) return true;
        const b = right(scope);
        return b === true ? true : a === false && b === false ? false : undefined;
      };
    case 'xor':
      return (scope) => {
        const [a, b] = [left(scope), right(scope)];
        return a === undefined || b === undefined ? undefined : a !== b;
      };
    case 'implies':
      return (scope) => {
        const a = left(scope);
        if (a === false) return true;
        const b = right(scope);
        return b === true ? true : a === true ? b : undefined;
      };
  }
}

/** Operators over collections. */
export function operation(operator: Operator, left: Evaluate, right: Evaluate): Evaluate {
  switch (operator) {
    case '=':
      return (scope) => truthItem(areEqual(left(scope), right(scope)));
    case '!=':
      return (scope) => truthItem(opposite(areEqual(left(scope), right(scope))));
    case '~':
      return (scope) => truthItem(areEquivalent(left(scope), right(scope)));
    case '!~':
      return (scope) => truthItem(!areEquivalent(left(scope), right(scope)));
    case '<':
      return ordered(left, right, (order) => order < 0);
    case '>':
      return ordered(left, right, (order) => order > 0);
    case '<=':
      return ordered(left, right, (order) => order <= 0);
    case '>=':
      return ordered(left, right, (order) => order >= 0);
    case '|':
      return (scope) => distinct([...left(scope), ...right(scope)]);
    case 'in':
      return membership(left, right);
    case 'contains':
      return membership(right, left);
    case '&':
      return (scope) => textItem(joinable(left(scope)) + joinable(right(scope)));
    default:
      return calculation(operator, left, right);
  }
}

const opposite = (truth: boolean | undefined): boolean | undefined =>
  truth === undefined ? undefined : !truth;

function ordered(left: Evaluate, right: Evaluate, holds: (order: number) => boolean): Evaluate {
  return (scope) => {
    const [a, b] = [single(left(scope), 'a comparison'), single(right(scope), 'a comparison')];
    if (a?.value === undefined || b?.value === undefined) return NOTHING;
    const order = compareItems(a, b);
    return order === undefined ? NOTHING : truthItem(holds(order));
  };
}

function membership(of: Evaluate, list: Evaluate): Evaluate {
  return (scope) => {
    const item = single(of(scope), 'in');
    return item === undefined ? NOTHING : truthItem(has(list(scope), item));
  };
}

/** `&` reads the empty collection as the empty text. */
const joinable = (items: Collection): string => scalarText(single(items, '&')?.value);
