import { distinct } from '../distinct.ts';
import { NOTHING } from '../item.ts';
import { type FunctionGroup, withValues } from './function.ts';

/** http://hl7.org/fhirpath/N1/#combining */
export const combining: FunctionGroup = {
  union: withValues([1, 1], (items, [other = NOTHING]) => distinct([...items, ...other])),
  combine: withValues([1, 1], (items, [other = NOTHING]) => [...items, ...other]),
};
