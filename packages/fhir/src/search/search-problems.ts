import type { Issue } from '../issue.ts';
import type { UnsupportedParameter } from './search-parameters.ts';
import type { SearchProblem } from './search-query.ts';

export function problemIssue(problem: SearchProblem): Issue {
  const { code, diagnostics, mend } = problem;
  return { severity: 'error', code, diagnostics, mend };
}

type Words = readonly [code: SearchProblem['code'], diagnostics: string, mend: string];

function refused(parameter: string, ...[code, diagnostics, mend]: Words): SearchProblem {
  return { parameter, code, diagnostics: `${parameter}: ${diagnostics}`, mend };
}

export function badValue(parameter: string, expected: string): SearchProblem {
  return refused(parameter, 'value', 'the value cannot be read', `Give ${expected}.`);
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

/**
 * Result parameters that exist in FHIR and are refused rather than ignored: they change the answer.
 */
const NOT_YET: Readonly<Record<string, string>> = {
  _include: 'Read the references of the page in a second search by _id.',
  _revinclude: 'Search the other type by its reference parameter.',
  _has: 'Search the other type first and pass the ids it finds to _id.',
  _filter: 'Write the conditions as single parameters.',
  _contained: 'Leave it away: contained resources are returned inside their container.',
  _containedType: 'Leave it away: contained resources are returned inside their container.',
  _list: 'Read the List and pass the ids it names to _id.',
  _query: 'Write the conditions as single parameters.',
  _text: 'Search by the codes and names of the type.',
  _content: 'Search by the codes and names of the type.',
  _type: 'Search one type at a time.',
  _score: 'Leave it away.',
};

export function notYet(parameter: string, name: string): SearchProblem | undefined {
  const mend = Object.hasOwn(NOT_YET, name) ? NOT_YET[name] : undefined;
  return mend === undefined
    ? undefined
    : refused(parameter, 'not-supported', 'not supported', mend);
}

export function chained(parameter: string): SearchProblem {
  const mend =
    'Search the referenced type first and pass the ids it finds to the reference parameter.';
  return refused(parameter, 'not-supported', 'chained parameters are not supported', mend);
}

const REASONS: Readonly<Record<UnsupportedParameter['reason'], string>> = {
  composite:
    'Give its parts as two parameters; they then hold for the resource, not for one component.',
  special: 'Search by address or by name.',
  text: 'Search by the codes and names of the type.',
  phonetic: 'Search by name; it ignores case and accents.',
  inlined: 'Search the type of the inlined resource.',
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
