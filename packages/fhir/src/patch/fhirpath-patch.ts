import { err, ok, type Result } from '@holdfast/kernel';
import type { Item } from '../fhirpath/item.ts';
import type { Issue } from '../issue.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { Resource } from '../resource.ts';
import { type Content, contentsOf, type Slot, withContents } from './element-slot.ts';
import { contentOf, propertyFor } from './patch-content.ts';
import { type FhirPathOperation, readOperations } from './patch-parameters.ts';
import { findElements, findList, pointerTo } from './patch-path.ts';
import type { PatchProblem } from './patch-problem.ts';
import { settlePatched } from './settle-patched.ts';

/**
 * Applies a FHIRPath Patch (https://hl7.org/fhir/R4/fhirpatch.html): all operations in turn, or
 * none where one fails. Lists and objects that an operation leaves empty go too. The result keeps
 * type and id; `validateResource` looks at the rest.
 * @param parameters the parsed Parameters resource
 */
export function applyFhirPathPatch(
  resource: Resource,
  parameters: unknown,
): Result<Resource, readonly Issue[]> {
  const operations = readOperations(parameters);
  if (!operations.ok) return err([issueOf(operations.error)]);
  let patched: JsonObject = resource;
  for (const [position, operation] of operations.value.entries()) {
    const done = apply(patched, operation);
    if (!done.ok) return err([issueOf({ ...done.error, position })]);
    patched = done.value;
  }
  return settlePatched(resource, patched);
}

function issueOf({ position, code, diagnostics, mend }: PatchProblem): Issue {
  const expression = position === undefined ? 'Parameters' : `Parameters.parameter[${position}]`;
  return { severity: 'error', code, expression, diagnostics, mend };
}

type Patched = Result<JsonObject, PatchProblem>;

function apply(document: JsonObject, operation: FhirPathOperation): Patched {
  switch (operation.type) {
    case 'add':
      return add(document, operation);
    case 'insert':
      return insert(document, operation);
    case 'move':
      return move(document, operation);
    case 'replace':
      return replace(document, operation);
    default:
      return remove(document, operation);
  }
}

function add(document: JsonObject, { path, name, value }: FhirPathOperation): Patched {
  const found = findOne(document, path);
  if (!found.ok) return found;
  const { shape } = found.value;
  if (name === undefined || value === undefined) return err(INCOMPLETE_ADD);
  const property = shape === null ? undefined : propertyFor(shape, name, value);
  if (property === undefined) return err(UNKNOWN_ELEMENT);
  const slot = { holder: pointerTo(found.value), property };
  const before = contentsOf(document, slot);
  if (!property.list && before.length > 0) return err(ALREADY_THERE);
  return placed(contentOf(value, property), (content) =>
    withContents(document, slot, [...before, content]),
  );
}

function insert(document: JsonObject, { path, index, value }: FhirPathOperation): Patched {
  const slot = findList(document, path);
  if (!slot.ok) return slot;
  const before = contentsOf(document, slot.value);
  if (value === undefined || index === undefined) return err(INCOMPLETE_INSERT);
  if (index > before.length) return err(OUT_OF_RANGE);
  return placed(contentOf(value, slot.value.property), (content) =>
    withContents(document, slot.value, before.toSpliced(index, 0, content)),
  );
}

function move(document: JsonObject, { path, source, destination }: FhirPathOperation): Patched {
  const slot = findList(document, path);
  if (!slot.ok) return slot;
  const before = contentsOf(document, slot.value);
  if (source === undefined || destination === undefined) return err(INCOMPLETE_MOVE);
  const moved = before[source];
  if (moved === undefined || destination >= before.length) return err(OUT_OF_RANGE);
  const after = before.toSpliced(source, 1).toSpliced(destination, 0, moved);
  return asObject(withContents(document, slot.value, after));
}

function replace(document: JsonObject, { path, value }: FhirPathOperation): Patched {
  const found = findOne(document, path);
  if (!found.ok) return found;
  const { parent, property: before, index } = found.value;
  if (value === undefined) return err(INCOMPLETE_REPLACE);
  if (parent === null || before === null) return err(WHOLE_RESOURCE);
  const after = parent.shape === null ? before : propertyFor(parent.shape, before.element, value);
  if (after === undefined) return err(UNKNOWN_ELEMENT);
  const holder = pointerTo(parent);
  const slot: Slot = { holder, property: after };
  return placed(contentOf(value, after), (content) => {
    if (index >= 0) {
      return withContents(document, slot, contentsOf(document, slot).with(index, content));
    }
    // A choice may change its type and with it the name of its property.
    const without = withContents(document, { holder, property: before }, []);
    return withContents(without, slot, [content]);
  });
}

function remove(document: JsonObject, { path }: FhirPathOperation): Patched {
  const found = findElements(document, path);
  if (!found.ok) return found;
  const [item, ...others] = found.value;
  if (item === undefined) return ok(document);
  if (others.length > 0) return err(SEVERAL);
  const { parent, property, index } = item;
  if (parent === null || property === null) return err(WHOLE_RESOURCE);
  const slot: Slot = { holder: pointerTo(parent), property };
  const rest = contentsOf(document, slot).toSpliced(Math.max(index, 0), 1);
  return asObject(withContents(document, slot, rest));
}

function findOne(document: JsonObject, path: string): Result<Item, PatchProblem> {
  const found = findElements(document, path);
  if (!found.ok) return found;
  const [item, ...others] = found.value;
  if (item === undefined) return err(NOT_FOUND);
  return others.length > 0 ? err(SEVERAL) : ok(item);
}

/** The document with a content that could be read put into its place. */
const placed = (
  content: Result<Content, PatchProblem>,
  put: (content: Content) => JsonValue,
): Patched => (content.ok ? asObject(put(content.value)) : content);

const asObject = (document: JsonValue): Patched =>
  isJsonObject(document) ? ok(document) : err(WHOLE_RESOURCE);

const problem = (code: PatchProblem['code'], diagnostics: string, mend: string): PatchProblem => ({
  code,
  diagnostics,
  mend,
});

const NOT_FOUND = problem('not-found', 'the path finds nothing', 'Add the parent element first.');
const SEVERAL = problem(
  'value',
  'the path finds several elements',
  'Narrow it with an index or where(…).',
);
const WHOLE_RESOURCE = problem(
  'value',
  'the path finds the whole resource',
  'Name an element of it, or update or delete the resource.',
);
const UNKNOWN_ELEMENT = problem(
  'value',
  'no such element there, or not of this type',
  'Correct name, or the x of value[x].',
);
const ALREADY_THERE = problem('conflict', 'the element is there already', 'Use replace.');
const OUT_OF_RANGE = problem(
  'value',
  'a position is outside the list',
  'Count from 0; insert may use the length of the list.',
);
const INCOMPLETE_ADD = problem('required', 'name or value is missing', 'Give both parts.');
const INCOMPLETE_INSERT = problem('required', 'index or value is missing', 'Give both parts.');
const INCOMPLETE_MOVE = problem(
  'required',
  'source or destination is missing',
  'Give both parts as valueInteger from 0.',
);
const INCOMPLETE_REPLACE = problem('required', 'value is missing', 'Give the part.');
