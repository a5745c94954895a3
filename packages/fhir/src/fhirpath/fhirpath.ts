import { err, ok, type Result } from '@holdfast/kernel';
import { compile, compileTruth } from './compile.ts';
import { FhirPathError } from './fhirpath-error.ts';
import type { Collection } from './item.ts';
import { parseFhirPath } from './parse.ts';
import type { Environment, Scope } from './scope.ts';

/** Why an expression cannot be read or evaluated; holds no data. */
export interface FhirPathProblem {
  readonly kind: 'syntax' | 'semantic' | 'execution';
  readonly message: string;
}

/** A compiled FHIRPath expression. */
export interface FhirPath {
  evaluate(environment: Environment): Result<Collection, FhirPathProblem>;
  /** True, false, or undefined where the result is empty. */
  test(environment: Environment): Result<boolean | undefined, FhirPathProblem>;
}

/**
 * Compiles FHIRPath N1 with what FHIR R4 adds. Not there: `memberOf`, `conformsTo`, `subsumes`,
 * the boundary functions of later versions, and UCUM conversion beyond the plainest units.
 */
export function fhirPath(text: string): Result<FhirPath, FhirPathProblem> {
  return caught(() => {
    const expression = parseFhirPath(text);
    const evaluate = compile(expression);
    const test = compileTruth(expression);
    return {
      evaluate: (environment) => caught(() => evaluate(scopeOf(environment))),
      test: (environment) => caught(() => test(scopeOf(environment))),
    };
  });
}

const scopeOf = (environment: Environment): Scope => ({
  environment,
  self: environment.context,
  index: 0,
  total: [],
  visits: 0,
  fixed: new Map(),
});

function caught<Value>(run: () => Value): Result<Value, FhirPathProblem> {
  try {
    return ok(run());
  } catch (problem) {
    if (!(problem instanceof FhirPathError)) throw problem;
    return err({ kind: problem.kind, message: problem.message });
  }
}
