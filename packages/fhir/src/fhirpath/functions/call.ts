import { FhirPathError } from '../fhirpath-error.ts';
import type { Evaluate } from '../scope.ts';
import { combining } from './combining.ts';
import { conversion } from './conversion.ts';
import { existence } from './existence.ts';
import { fhir } from './fhir.ts';
import { filtering } from './filtering.ts';
import type { Argument, FhirPathFunction } from './function.ts';
import { math } from './math.ts';
import { strings } from './strings.ts';
import { subsetting } from './subsetting.ts';
import { tree } from './tree.ts';

const FUNCTIONS: ReadonlyMap<string, FhirPathFunction> = new Map(
  [combining, conversion, existence, fhir, filtering, math, strings, subsetting, tree].flatMap(
    (group) => Object.entries(group),
  ),
);

/** @throws FhirPathError for an unknown function or a wrong number of arguments */
export function compileCall(name: string, focus: Evaluate, args: readonly Argument[]): Evaluate {
  const found = FUNCTIONS.get(name);
  if (found === undefined) throw new FhirPathError('semantic', `${name}() is not known`);
  const [least, most] = found.arguments;
  if (args.length < least || args.length > most) {
    throw new FhirPathError('semantic', `${name}() takes ${least} to ${most} arguments`);
  }
  return found.compile(focus, args);
}
