import { err, ok, type Result } from '@holdfast/kernel';
import { compile } from '../fhirpath/compile.ts';
import { FhirPathError } from '../fhirpath/fhirpath-error.ts';
import { type Collection, type Item, resourceItem } from '../fhirpath/item.ts';
import { parseFhirPath } from '../fhirpath/parse.ts';
import type { Expression } from '../fhirpath/syntax.ts';
import type { JsonObject } from '../json.ts';
import { MAX_PATCH_PATH_CHARACTERS } from '../limits.ts';
import { propertiesOf } from '../structure.ts';
import type { Slot } from './element-slot.ts';
import type { JsonPointer } from './json-pointer.ts';
import type { PatchProblem } from './patch-problem.ts';

/**
 * What a path may call. Enough to say which element is meant; nothing that walks whole trees or
 * runs the sender's regular expressions.
 */
const CALLS = new Set(
  [
    ['where', 'first', 'last', 'tail', 'skip', 'take', 'single', 'ofType', 'as', 'is', 'extension'],
    ['exists', 'empty', 'not', 'all', 'count', 'hasValue', 'iif', 'intersect', 'exclude'],
    ['startsWith', 'endsWith', 'contains', 'lower', 'upper', 'trim', 'length', 'substring'],
  ].flat(),
);

/** The elements of a resource that a path finds, with their places. */
export function findElements(document: JsonObject, path: string): Result<Collection, PatchProblem> {
  const expression = readPath(path);
  if (!expression.ok) return expression;
  return evaluate(document, expression.value);
}

/** The list that a path names, there or not yet: its last step is the list's name. */
export function findList(document: JsonObject, path: string): Result<Slot, PatchProblem> {
  const expression = readPath(path);
  if (!expression.ok) return expression;
  if (expression.value.op !== 'member') return err(NO_LIST);
  const { of, name } = expression.value;
  const holders = of === null ? ok([resourceItem(document)]) : evaluate(document, of);
  if (!holders.ok) return holders;
  const [holder, ...others] = holders.value;
  if (holder === undefined) return err(NO_HOLDER);
  if (others.length > 0) return err(SEVERAL_HOLDERS);
  const table = holder.shape === null ? undefined : propertiesOf(holder.shape);
  const property = table?.get(name);
  if (property?.list !== true) return err(NO_LIST);
  return ok({ holder: pointerTo(holder), property });
}

/** Where an element stands in its resource. */
export function pointerTo({ parent, property, index, shape }: Item): JsonPointer {
  if (parent === null || property === null) return [];
  // The id and extensions of a primitive stand in its `_` sibling.
  const name = property.shape === null && shape !== null ? `_${property.name}` : property.name;
  const pointer = [...pointerTo(parent), name];
  return index < 0 ? pointer : [...pointer, String(index)];
}

function readPath(path: string): Result<Expression, PatchProblem> {
  if (path.length > MAX_PATCH_PATH_CHARACTERS) return err(TOO_LONG);
  return caught(() => {
    const expression = parseFhirPath(path);
    refuseOtherCalls(expression);
    return expression;
  });
}

function evaluate(document: JsonObject, expression: Expression): Result<Collection, PatchProblem> {
  const item = resourceItem(document);
  const found = caught(() =>
    compile(expression)({
      environment: { resource: item, rootResource: item, context: [item] },
      self: [item],
      index: 0,
      total: [],
      visits: 0,
      fixed: new Map(),
    }),
  );
  if (!found.ok) return found;
  return found.value.some(({ type }) => type.startsWith('System.')) ? err(NO_ELEMENT) : found;
}

function refuseOtherCalls(expression: Expression): void {
  if (expression.op === 'call') {
    if (!CALLS.has(expression.name)) {
      throw new FhirPathError('semantic', 'a path of a patch cannot call this function');
    }
    for (const argument of expression.args) refuseOtherCalls(argument);
  }
  if ('of' in expression && expression.of !== null) refuseOtherCalls(expression.of);
  if (expression.op === 'item') refuseOtherCalls(expression.at);
  if (expression.op === 'binary') {
    refuseOtherCalls(expression.left);
    refuseOtherCalls(expression.right);
  }
}

function caught<Value>(run: () => Value): Result<Value, PatchProblem> {
  try {
    return ok(run());
  } catch (problem) {
    if (!(problem instanceof FhirPathError)) throw problem;
    const mend = 'Correct the path: names, indexes, where(…), ofType(…), first(), last(), ….';
    return err({ code: 'invalid', diagnostics: `path: ${problem.message}`, mend });
  }
}

const TOO_LONG: PatchProblem = {
  code: 'too-long',
  diagnostics: `path is longer than ${MAX_PATCH_PATH_CHARACTERS} characters`,
  mend: 'Name the element by a shorter path.',
};
const NO_ELEMENT: PatchProblem = {
  code: 'value',
  diagnostics: 'the path finds a value, not an element',
  mend: 'Let the path end at an element.',
};
const NO_LIST: PatchProblem = {
  code: 'value',
  diagnostics: 'the path does not end in the name of a list',
  mend: 'Name the list itself, e.g. Patient.name, and give positions in the other parts.',
};
const NO_HOLDER: PatchProblem = {
  code: 'not-found',
  diagnostics: 'nothing holds this list',
  mend: 'Add the parent element first.',
};
const SEVERAL_HOLDERS: PatchProblem = {
  code: 'value',
  diagnostics: 'the path finds several lists',
  mend: 'Narrow it with an index or where(…).',
};
