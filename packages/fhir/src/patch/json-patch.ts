import { err, ok, type Result } from '@holdfast/kernel';
import type { Issue } from '../issue.ts';
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { jsonEqual } from '../json-equal.ts';
import { MAX_PATCH_OPERATIONS } from '../limits.ts';
import type { Resource } from '../resource.ts';
import { addAt, removeAt, replaceAt } from './json-edit.ts';
import { type JsonPointer, parsePointer, valueAt } from './json-pointer.ts';
import { type PatchProblem, problemIssue } from './patch-problem.ts';
import { settlePatched } from './settle-patched.ts';

type Patched = Result<JsonValue, PatchProblem>;

/**
 * Applies a JSON Patch (RFC 6902) to a resource: all operations in turn, or none where one fails.
 * Lists and objects that an operation leaves empty go too, as FHIR knows no empty ones. The result
 * keeps type and id and stays within the limits of a body; `validateResource` looks at the rest.
 * @param patch the parsed body of the request
 */
export function applyJsonPatch(
  resource: Resource,
  patch: unknown,
): Result<Resource, readonly Issue[]> {
  const done = applyOperations(resource, patch);
  if (!done.ok) return err([problemIssue(done.error, resource.resourceType)]);
  return settlePatched(resource, done.value);
}

/** RFC 6902 alone, over any JSON document. */
export function applyOperations(document: JsonValue, patch: unknown): Patched {
  if (!isJsonList(patch)) return err(NOT_A_LIST);
  if (patch.length > MAX_PATCH_OPERATIONS) return err(TOO_MANY);
  let patched = document;
  for (const [position, operation] of patch.entries()) {
    const done = applyOperation(patched, operation);
    if (!done.ok) return err({ ...done.error, position });
    patched = done.value;
  }
  return ok(patched);
}

function applyOperation(document: JsonValue, operation: JsonValue): Patched {
  if (!isJsonObject(operation)) return err(NO_OPERATION);
  const path = pointerOf(operation, 'path');
  if (path === undefined) return err(NO_PATH);
  const { op, value } = operation;
  switch (op) {
    case 'add':
      if (value === undefined) return err({ ...NO_VALUE, path });
      return changed(addAt(document, path, value), { ...NO_HOLDER, path });
    case 'replace':
      if (value === undefined) return err({ ...NO_VALUE, path });
      return changed(replaceAt(document, path, value), { ...NOTHING_THERE, path });
    case 'remove':
      return changed(removeAt(document, path), { ...NOTHING_THERE, path });
    case 'test':
      return test(document, path, value);
    case 'move':
    case 'copy':
      return moveOrCopy(document, operation, path);
    default:
      return err({ ...NO_OPERATION, path });
  }
}

const changed = (document: JsonValue | undefined, problem: PatchProblem): Patched =>
  document === undefined ? err(problem) : ok(document);

function pointerOf(operation: JsonObject, name: 'path' | 'from'): JsonPointer | undefined {
  const text = operation[name];
  return typeof text === 'string' ? parsePointer(text) : undefined;
}

function test(document: JsonValue, path: JsonPointer, value: JsonValue | undefined): Patched {
  if (value === undefined) return err({ ...NO_VALUE, path });
  const found = valueAt(document, path);
  if (found === undefined) return err({ ...NOTHING_THERE, path });
  return jsonEqual(found, value) ? ok(document) : err({ ...NOT_EQUAL, path });
}

function moveOrCopy(document: JsonValue, operation: JsonObject, path: JsonPointer): Patched {
  const from = pointerOf(operation, 'from');
  if (from === undefined) return err({ ...NO_FROM, path });
  const value = valueAt(document, from);
  if (value === undefined) return err({ ...NOTHING_THERE, path: from });
  if (operation['op'] === 'copy') {
    return changed(addAt(document, path, value), { ...NO_HOLDER, path });
  }
  const isWithin = from.every((step, position) => step === path[position]);
  if (isWithin && from.length === path.length) return ok(document);
  if (isWithin) return err({ ...INTO_ITSELF, path });
  const without = removeAt(document, from);
  if (without === undefined) return err({ ...NOTHING_THERE, path: from });
  return changed(addAt(without, path, value), { ...NO_HOLDER, path });
}

const problem = (code: PatchProblem['code'], diagnostics: string, mend: string): PatchProblem => ({
  code,
  diagnostics,
  mend,
});

const NOT_A_LIST = problem(
  'structure',
  'the patch is not a list of operations',
  'Send a JSON array as application/json-patch+json.',
);
const TOO_MANY = problem(
  'too-costly',
  `more than ${MAX_PATCH_OPERATIONS} operations`,
  'Send an update with the whole resource, or several patches.',
);
const NO_OPERATION = problem(
  'value',
  'no operation of JSON Patch',
  'Give op as one of add, remove, replace, move, copy, test.',
);
const NO_PATH = problem(
  'value',
  'path is missing or no JSON Pointer',
  'Give path as a JSON Pointer, e.g. /name/0/family; write ~ as ~0 and / as ~1.',
);
const NO_FROM = problem(
  'value',
  'from is missing or no JSON Pointer',
  'Give from as a JSON Pointer, e.g. /name/0.',
);
const NO_VALUE = problem('required', 'the operation has no value', 'Give value.');
const NO_HOLDER = problem(
  'not-found',
  'nothing to add to: the holder is not there, or the index is beyond the end of the list',
  'Add the holder first; for lists use an index up to its length, or - for the end.',
);
const NOTHING_THERE = problem(
  'not-found',
  'nothing stands at this path',
  'Read the resource again and correct the path.',
);
const NOT_EQUAL = problem(
  'conflict',
  'the test failed: another value stands at this path',
  'Read the resource again: it changed, or the expected value is wrong.',
);
const INTO_ITSELF = problem('value', 'a value cannot move into itself', 'Choose another path.');
