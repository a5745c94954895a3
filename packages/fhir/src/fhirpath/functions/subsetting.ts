import { distinct, ItemSet } from '../distinct.ts';
import { FhirPathError } from '../fhirpath-error.ts';
import { type Collection, NOTHING } from '../item.ts';
import { numberOf } from '../scope.ts';
import { type FunctionGroup, plain, withValues } from './function.ts';

/** http://hl7.org/fhirpath/N1/#subsetting */
export const subsetting: FunctionGroup = {
  single: plain((items) => {
    if (items.length > 1) throw new FhirPathError('execution', 'single() found several items');
    return items;
  }),
  first: plain((items) => (items.length > 1 ? items.slice(0, 1) : items)),
  last: plain((items) => (items.length > 1 ? items.slice(-1) : items)),
  tail: plain((items) => items.slice(1)),
  skip: withValues([1, 1], (items, [count = NOTHING]) => {
    return items.slice(Math.max(0, numberOf(count, 'skip()') ?? 0));
  }),
  take: withValues([1, 1], (items, [count = NOTHING]) => {
    return items.slice(0, Math.max(0, numberOf(count, 'take()') ?? 0));
  }),
  intersect: withValues([1, 1], (items, [other = NOTHING]) => {
    const wanted = new ItemSet(other);
    return distinct(items.filter((item) => wanted.has(item)));
  }),
  exclude: withValues([1, 1], (items, [other = NOTHING]): Collection => {
    const unwanted = new ItemSet(other);
    return items.filter((item) => !unwanted.has(item));
  }),
};
