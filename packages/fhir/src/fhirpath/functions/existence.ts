import { areDistinct, distinct, ItemSet } from '../distinct.ts';
import { FhirPathError } from '../fhirpath-error.ts';
import { type Collection, FALSE, numberItem, TRUE, truthItem } from '../item.ts';
import { truthOf } from '../scope.ts';
import {
  type FhirPathFunction,
  type FunctionGroup,
  plain,
  visitEach,
  withValues,
} from './function.ts';

/** `exists(criteria)`, `all(criteria)`: stops at the first item that decides. */
function quantifier(deciding: boolean): FhirPathFunction {
  return {
    arguments: [deciding ? 0 : 1, 1],
    compile: (focus, [criteria]) => {
      if (criteria === undefined) return (scope) => truthItem(focus(scope).length > 0);
      const holds = criteria.truth();
      return (scope) => {
        let isDecided = false;
        visitEach(scope, focus(scope), () => {
          isDecided = (holds(scope) === true) === deciding;
          return !isDecided;
        });
        return isDecided === deciding ? TRUE : FALSE;
      };
    },
  };
}

function eachBoolean(items: Collection, isDeciding: (value: boolean) => boolean): boolean {
  return items.some(({ value }) => {
    if (typeof value !== 'boolean') throw new FhirPathError('execution', 'booleans are needed');
    return isDeciding(value);
  });
}

function isWithin(items: Collection, whole: Collection): boolean {
  const known = new ItemSet(whole);
  return items.every((item) => known.has(item));
}

/** http://hl7.org/fhirpath/N1/#existence */
export const existence: FunctionGroup = {
  empty: plain((items) => truthItem(items.length === 0)),
  exists: quantifier(true),
  all: quantifier(false),
  not: plain((items) => {
    const truth = truthOf(items);
    return truthItem(truth === undefined ? undefined : !truth);
  }),
  allTrue: plain((items) => truthItem(!eachBoolean(items, (value) => !value))),
  anyTrue: plain((items) => truthItem(eachBoolean(items, (value) => value))),
  allFalse: plain((items) => truthItem(!eachBoolean(items, (value) => value))),
  anyFalse: plain((items) => truthItem(eachBoolean(items, (value) => !value))),
  subsetOf: withValues([1, 1], (items, [other = []]) => truthItem(isWithin(items, other))),
  supersetOf: withValues([1, 1], (items, [other = []]) => truthItem(isWithin(other, items))),
  count: plain((items) => numberItem(items.length)),
  distinct: plain(distinct),
  isDistinct: plain((items) => truthItem(areDistinct(items))),
};
