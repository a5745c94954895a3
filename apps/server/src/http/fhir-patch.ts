import {
  applyFhirPathPatch,
  applyJsonPatch,
  editAsWritten,
  type Issue,
  type JsonValue,
  judgeResource,
  parseResourceBody,
  type Resource,
  withRelativeReferences,
  writtenNumbers,
} from '@holdfast/fhir';
import type { Result } from '@holdfast/kernel';
import type { Content } from '@holdfast/store';
import type { FastifyRequest } from 'fastify';
import { serverFault } from '../errors.ts';
import { bodyText, type Intake, invalid } from './fhir-exchange.ts';

type Edit = (content: string) => Content;
type Engine = (resource: Resource, patch: JsonValue) => Result<Resource, readonly Issue[]>;

const ENGINES: Readonly<Record<string, Engine>> = {
  'application/json-patch+json': applyJsonPatch,
  'application/fhir+json': applyFhirPathPatch,
  'application/json': applyFhirPathPatch,
};

/**
 * Reads a PATCH body (https://hl7.org/fhir/R4/http.html#patch) into what it does to a stored
 * resource: a JSON Patch, or a Parameters resource with FHIRPath Patch operations.
 */
export function patchOf(request: FastifyRequest, intake: Intake): Edit {
  const mediaType = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
  const engine = ENGINES[mediaType];
  if (engine === undefined) {
    throw serverFault('SERVER_PATCH_UNSUPPORTED', { expression: ['Content-Type'] });
  }
  return editWith(engine, bodyText(request), intake);
}

/** The same in a bundle: Parameters as they are, a JSON Patch inside a Binary. */
export function patchOfEntry(resource: Resource, intake: Intake): Edit {
  if (resource.resourceType === 'Parameters') {
    return editWith(applyFhirPathPatch, JSON.stringify(resource), intake);
  }
  const { contentType, data } = resource;
  if (contentType !== 'application/json-patch+json' || typeof data !== 'string') {
    throw serverFault('SERVER_PATCH_UNSUPPORTED');
  }
  return editWith(applyJsonPatch, Buffer.from(data, 'base64').toString(), intake);
}

/** Numbers keep their spelling, and what comes out is validated like any other resource. */
function editWith(engine: Engine, patch: string, intake: Intake): Edit {
  try {
    JSON.parse(patch);
  } catch {
    throw serverFault('SERVER_BODY_INVALID', { diagnostics: 'The patch is not JSON.' });
  }
  return (content) => {
    const edited = editAsWritten([content, patch], ([resource, operations = null]) =>
      engine(resource as Resource, operations),
    );
    if (!edited.ok) throw invalid(422, edited.error);
    return editedContent(edited.value, intake);
  };
}

/** What a change of a stored resource made of it, held against the policy like what is sent. */
export function editedContent(text: string, { base, validation }: Intake): Content {
  const parsed = parseResourceBody(text);
  if (!parsed.ok) throw invalid(422, parsed.error);
  const resource = withRelativeReferences(parsed.value, base);
  const { isRefused, issues } = judgeResource(resource, validation);
  if (isRefused) throw invalid(422, issues);
  if (resource.id === undefined) throw serverFault('SERVER_BODY_INVALID');
  return { resource: { ...resource, id: resource.id }, numbers: writtenNumbers(text) };
}
