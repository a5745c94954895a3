import { err, ok, type Result } from '@holdfast/kernel';
import type { Issue } from './issue.ts';
import { isJsonObject } from './json.ts';
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
    return refuse('value', 'a number is too large', 'Keep decimals below 1e308.');
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

function refuse(...[code, diagnostics, mend]: Refusal): Result<never, readonly Issue[]> {
  return err([{ severity: 'error', code, diagnostics, mend }]);
}

function refuseType(...[code, diagnostics, mend]: Refusal): Result<never, readonly Issue[]> {
  return err([{ severity: 'error', code, expression: 'resourceType', diagnostics, mend }]);
}
