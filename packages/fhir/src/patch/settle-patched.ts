import { err, ok, type Result } from '@holdfast/kernel';
import type { Issue } from '../issue.ts';
import { isJsonList, isJsonObject, type JsonValue } from '../json.ts';
import { MAX_BODY_CHARACTERS, MAX_JSON_DEPTH } from '../limits.ts';
import { isResource, type Resource } from '../resource.ts';
import { withoutEmpty } from './without-empty.ts';

/**
 * What a patch made of a resource, as a resource again: without empty parts, of the same
 * type and id, within the limits of a body.
 */
export function settlePatched(
  before: Resource,
  document: JsonValue,
): Result<Resource, readonly Issue[]> {
  const type = before.resourceType;
  const bounded = roomLeft(document, MAX_BODY_CHARACTERS, MAX_JSON_DEPTH) >= 0;
  if (!bounded) return refuse(TOO_LARGE, type);
  const after = withoutEmpty(document);
  if (!isResource(after) || after.resourceType !== type) return refuse(OTHER_TYPE, type);
  if (after.id !== before.id) return refuse(OTHER_ID, `${type}.id`);
  return ok(after);
}

/**
 * Characters left of a budget after a value, negative where it or the depth is used up. It stops
 * there: copies inside copies grow exponentially, but only on paper until they are written out.
 */
function roomLeft(value: JsonValue | undefined, budget: number, depth: number): number {
  if (typeof value === 'string') return budget - value.length;
  const isList = isJsonList(value);
  if (!isList && !isJsonObject(value)) return budget - 1;
  if (depth === 0) return -1;
  let room = budget;
  for (const [name, part] of Object.entries(value)) {
    room = roomLeft(part, room - (isList ? 1 : name.length), depth - 1);
    if (room < 0) return room;
  }
  return room;
}

type Refusal = Pick<Issue, 'code' | 'diagnostics' | 'mend'>;

const OTHER_TYPE: Refusal = {
  code: 'invalid',
  diagnostics: 'the patch leaves no resource of the same type',
  mend: 'Leave resourceType alone.',
};
const OTHER_ID: Refusal = {
  code: 'invalid',
  diagnostics: 'the patch changes the id',
  mend: 'Leave id alone; create a new resource instead.',
};
const TOO_LARGE: Refusal = {
  code: 'too-costly',
  diagnostics: `the patched resource is longer than ${MAX_BODY_CHARACTERS} characters, or nested deeper than ${MAX_JSON_DEPTH}`,
  mend: 'Send large content as Binary, and copy less.',
};

function refuse(refusal: Refusal, expression: string): Result<never, readonly Issue[]> {
  return err([{ severity: 'error', expression, ...refusal }]);
}
