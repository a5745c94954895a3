import type { Issue, IssueCode } from '../issue.ts';
import { type JsonPointer, pointerExpression } from './json-pointer.ts';

/** Why a patch cannot be applied. */
export interface PatchProblem {
  readonly code: IssueCode;
  readonly diagnostics: string;
  readonly mend: string;
  /** Position of the operation in the patch, from 0; absent where the patch itself is wrong. */
  readonly position?: number;
  /** The place in the resource. */
  readonly path?: JsonPointer;
}

/** The problem as an issue that names the operation, and the element by FHIRPath. */
export function problemIssue(problem: PatchProblem, type: string): Issue {
  const { code, diagnostics, mend, position, path } = problem;
  return {
    severity: 'error',
    code,
    expression: pointerExpression(type, path ?? []),
    diagnostics: position === undefined ? diagnostics : `operation ${position}: ${diagnostics}`,
    mend,
  };
}
