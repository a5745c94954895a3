import type { Issue } from '../issue.ts';
import type { TerminologyCriterion } from './search-criterion.ts';
import type { UnsupportedParameter } from './search-parameter.ts';
import type { SearchProblem } from './search-query.ts';

export function problemIssue(problem: SearchProblem): Issue {
  const { parameter: expression, code, diagnostics, mend } = problem;
  return { severity: 'error', code, expression, diagnostics, mend };
}

type Words = readonly [code: SearchProblem['code'], diagnostics: string, mend: string];

function refused(parameter: string, ...[code, diagnostics, mend]: Words): SearchProblem {
  return { parameter, code, diagnostics: `${parameter}: ${diagnostics}`, mend };
}

export function badValue(parameter: string, expected: string): SearchProblem {
  return refused(parameter, 'value', 'the value cannot be read', `Give ${expected}.`);
}

export function holdsNul(parameter: string): SearchProblem {
  const mend = 'Leave it away: no stored text has one.';
  return refused(parameter, 'value', 'a NUL character (%00) is part of no value', mend);
}

export function badModifier(parameter: string, allowed: readonly string[]): SearchProblem {
  const list = allowed.map((name) => `:${name}`).join(', ');
  const mend = list === '' ? 'Leave the modifier away.' : `Use one of ${list}, or none.`;
  return refused(parameter, 'not-supported', 'this modifier is not supported here', mend);
}

export function repeated(parameter: string): SearchProblem {
  return refused(parameter, 'invalid', 'given more than once', 'Give it once.');
}

export function tooMany(parameter: string, what: string, limit: number): SearchProblem {
  return refused(parameter, 'too-costly', `more than ${limit} ${what}`, `Send at most ${limit}.`);
}

/** Parameters that exist in FHIR and are refused rather than ignored: they change the answer. */
const NOT_YET: Readonly<Record<string, string>> = {
  _filter: 'Write the conditions as single parameters.',
  _contained: 'Leave it away: contained resources are returned inside their container.',
  _containedType: 'Leave it away: contained resources are returned inside their container.',
  _score: 'Leave it away.',
};

export function notYet(parameter: string, name: string): SearchProblem | undefined {
  const mend = Object.hasOwn(NOT_YET, name) ? NOT_YET[name] : undefined;
  if (mend === undefined) return undefined;
  return refused(parameter, 'not-supported', 'not supported', mend);
}

export function unchainable(parameter: string): SearchProblem {
  const mend =
    'Write reference.parameter, reference:Type.parameter or _has:Type:reference:parameter.';
  return refused(parameter, 'invalid', 'this is no chain of reference parameters', mend);
}

export function wideChain(parameter: string, limit: number): SearchProblem {
  const mend = 'Name the type: reference:Type.parameter.';
  return refused(parameter, 'too-costly', `leads to more than ${limit} types`, mend);
}

export function notExported(parameter: string): SearchProblem {
  const mend = 'Name types that this export has: see _type, and for patients their compartment.';
  return refused(parameter, 'value', 'a type that this export does not have', mend);
}

export function outsideCompartment(parameter: string): SearchProblem {
  const mend = 'Name at least one type that lies in the compartment.';
  return refused(parameter, 'value', 'none of these types lies in the compartment', mend);
}

export function includeWithText(): SearchProblem {
  const mend = 'Leave one of the two away.';
  return refused('_summary', 'invalid', 'text does not go with _include or _revinclude', mend);
}

export function unknownTerminology(
  parameter: string,
  kind: TerminologyCriterion['kind'],
): SearchProblem {
  const [what, mend] =
    kind === 'valueSet'
      ? ['value set', 'Name a value set of FHIR R4 whose codes can be listed, or give the codes.']
      : ['code system', 'Name a code system of FHIR R4, or give the codes.'];
  return refused(parameter, 'not-found', `the ${what} is not known here or cannot be listed`, mend);
}

const REASONS: Readonly<Record<UnsupportedParameter['reason'], string>> = {
  text: 'Search by the codes and names of the type.',
  expression: 'Search by another parameter of the type.',
};

export function unsupported(parameter: string, why: UnsupportedParameter): SearchProblem {
  return refused(
    parameter,
    'not-supported',
    `${why.reason} parameter, not supported`,
    REASONS[why.reason],
  );
}

/** @param place of the key in `_sort`, from 1; the key itself is a value and is not repeated */
export function unsortable(place: number): SearchProblem {
  const mend = 'Sort by _lastUpdated, _id or a search parameter of the type.';
  return refused('_sort', 'not-supported', `key ${place} is no parameter of this type`, mend);
}
