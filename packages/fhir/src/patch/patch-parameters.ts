import { err, ok, type Result } from '@holdfast/kernel';
import { isJsonObject, type JsonObject, type JsonValue, listOf, textOf } from '../json.ts';
import { MAX_PATCH_OPERATIONS } from '../limits.ts';
import type { PatchProblem } from './patch-problem.ts';

/** One operation of a FHIRPath Patch as its Parameters say it. */
export interface FhirPathOperation {
  readonly type: string;
  readonly path: string;
  readonly name: string | undefined;
  /** The part that holds the value. */
  readonly value: JsonObject | undefined;
  readonly index: number | undefined;
  readonly source: number | undefined;
  readonly destination: number | undefined;
}

const TYPES = new Set(['add', 'insert', 'delete', 'replace', 'move']);

/** Reads the operations of a Parameters resource (https://hl7.org/fhir/R4/fhirpatch.html). */
export function readOperations(
  parameters: unknown,
): Result<readonly FhirPathOperation[], PatchProblem> {
  if (!isJsonObject(parameters) || parameters['resourceType'] !== 'Parameters') {
    return err(NOT_PARAMETERS);
  }
  const entries = listOf(parameters['parameter']);
  if (entries.length > MAX_PATCH_OPERATIONS) return err(TOO_MANY);
  const operations: FhirPathOperation[] = [];
  for (const [position, entry] of entries.entries()) {
    const operation = readOperation(entry);
    if (!operation.ok) return err({ ...operation.error, position });
    operations.push(operation.value);
  }
  return ok(operations);
}

function readOperation(entry: JsonValue): Result<FhirPathOperation, PatchProblem> {
  if (!isJsonObject(entry) || entry['name'] !== 'operation') return err(NO_OPERATION);
  const parts = new Map(
    listOf(entry['part'])
      .filter(isJsonObject)
      .map((part) => [textOf(part['name']) ?? '', part]),
  );
  const text = (name: string): string | undefined =>
    textOf(parts.get(name)?.['valueString']) ?? textOf(parts.get(name)?.['valueCode']);
  const count = (name: string): number | undefined => {
    const value = parts.get(name)?.['valueInteger'];
    return Number.isInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
  };
  const [type, path] = [text('type'), text('path')];
  if (type === undefined || !TYPES.has(type)) return err(NO_TYPE);
  if (path === undefined) return err(NO_PATH);
  return ok({
    type,
    path,
    name: text('name'),
    value: parts.get('value'),
    index: count('index'),
    source: count('source'),
    destination: count('destination'),
  });
}

const NOT_PARAMETERS: PatchProblem = {
  code: 'structure',
  diagnostics: 'the patch is no Parameters resource',
  mend: 'Send Parameters with one parameter named operation for each change.',
};
const TOO_MANY: PatchProblem = {
  code: 'too-costly',
  diagnostics: `more than ${MAX_PATCH_OPERATIONS} operations`,
  mend: 'Send an update with the whole resource, or several patches.',
};
const NO_OPERATION: PatchProblem = {
  code: 'value',
  diagnostics: 'a parameter is no operation',
  mend: 'Name each parameter operation, with parts type, path and what the type needs.',
};
const NO_TYPE: PatchProblem = {
  code: 'value',
  diagnostics: 'type is missing or no operation of FHIRPath Patch',
  mend: 'Give type as valueCode: add, insert, delete, replace or move.',
};
const NO_PATH: PatchProblem = {
  code: 'required',
  diagnostics: 'path is missing',
  mend: 'Give path as valueString, e.g. Patient.name[0].',
};
