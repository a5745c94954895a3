import { err, ok, type Result } from '@holdfast/kernel';
import { elementPlace } from './element-place.ts';
import type { Issue } from './issue.ts';
import { isJsonObject, type JsonValue } from './json.ts';
import { duplicateNamePath, hasDuplicateName } from './json-names.ts';
import { hasNumberOutOfRange } from './json-numbers.ts';
import { jsonDepth, jsonErrorPosition } from './json-syntax.ts';
import { MAX_BODY_CHARACTERS, MAX_JSON_DEPTH, MAX_LOCATED_CHARACTERS } from './limits.ts';
import { isResource, type Resource } from './resource.ts';
import type { ResourceType } from './resource-types.ts';

export interface BodyOptions {
  /** The type the URL names. */
  readonly type?: ResourceType;
}

/**
 * Reads a request body as one resource: syntax, size, depth and `resourceType` only;
 * `validateResource` looks at the rest. Messages never quote the body.
 */
export function parseResourceBody(
  text: string,
  options: BodyOptions = {},
): Result<Resource, readonly Issue[]> {
  if (text.length > MAX_BODY_CHARACTERS) {
    const mend = 'Send large content as Binary or in several requests.';
    return refuse('too-long', `longer than ${MAX_BODY_CHARACTERS} characters`, mend);
  }
  if (jsonDepth(text) > MAX_JSON_DEPTH) {
    const mend = `Nest objects and lists at most ${MAX_JSON_DEPTH} deep.`;
    return refuse('too-costly', 'the JSON is nested too deeply', mend);
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    const mend = 'Send one JSON object, UTF-8, as application/fhir+json.';
    return refuse('invalid', `not JSON${place(text)}`, mend);
  }
  if (!isJsonObject(body)) {
    return refuse('structure', 'the body is not a JSON object', 'Send one resource.');
  }
  if (hasNumberOutOfRange(text)) {
    const place = elementPlace(body, { value: isOutOfRange });
    return refuse('value', 'a number is too large', 'Keep decimals below 1e308.', place);
  }
  if (HALF_ESCAPE.test(text)) {
    const place = elementPlace(body, { value: isBroken, name: isBroken });
    if (place !== undefined) return refuse('value', BROKEN_TEXT, WHOLE_TEXT, place);
  }
  if (hasDuplicateName(text, body)) return refuseDuplicate(text);
  if (!isResource(body)) {
    const mend = 'Set resourceType to the name of an R4 resource.';
    return refuseType('value', 'resourceType is missing or no R4 type', mend);
  }
  if (options.type !== undefined && body.resourceType !== options.type) {
    const mend = `Send a ${options.type} here, or use the URL of the other type.`;
    return refuseType('invalid', 'resourceType is not the type in the URL', mend);
  }
  return ok(body);
}

/** Half of a surrogate pair can only come as an escape: the bytes are UTF-8 by then. */
const HALF_ESCAPE = /\\u[dD][89a-fA-F]/;
const BROKEN_TEXT = 'a text holds half of a surrogate pair, which is no character';
const WHOLE_TEXT = 'Send whole characters: as they are in UTF-8, or both halves as \\u escapes.';

const isOutOfRange = (value: JsonValue): boolean =>
  typeof value === 'number' && !Number.isFinite(value);

/** PostgreSQL, UTF-8 and other readers have no way to keep it (RFC 8259 section 8.2). */
const isBroken = (value: JsonValue): boolean =>
  typeof value === 'string' && /\p{Surrogate}/u.test(value);

function place(text: string): string {
  if (text.length > MAX_LOCATED_CHARACTERS) return '';
  const { line, column } = jsonErrorPosition(text);
  return `: line ${line}, column ${column}`;
}

function refuseDuplicate(text: string): Result<never, readonly Issue[]> {
  const expression = duplicateNamePath(text);
  const at = expression === undefined ? {} : { expression };
  const diagnostics = 'an object has the same name twice';
  const mend = 'Send each element once: lists go into one array.';
  return err([{ severity: 'error', code: 'structure', ...at, diagnostics, mend }]);
}

type Refusal = readonly [code: Issue['code'], diagnostics: string, mend: string];

function refuse(
  ...[code, diagnostics, mend, place]: readonly [...Refusal, place?: string | undefined]
): Result<never, readonly Issue[]> {
  const at = place ? { expression: place } : {};
  return err([{ severity: 'error', code, ...at, diagnostics, mend }]);
}

const refuseType = (...refusal: Refusal) => refuse(...refusal, 'resourceType');
