import {
  applyJsonPatch,
  editAsWritten,
  isJsonObject,
  parseResourceBody,
  type Resource,
  validateResource,
  writtenNumbers,
} from '@holdfast/fhir';
import type { Content, Identified } from '@holdfast/store';
import type { FastifyRequest } from 'fastify';
import { serverFault } from '../errors.ts';
import { invalid } from './fhir-exchange.ts';

/**
 * Reads a PATCH body (https://hl7.org/fhir/R4/http.html#patch) into what it does to a stored
 * resource. Numbers keep their spelling, the patched resource is validated like any other, and its
 * type and id stay.
 */
export function patchOf(request: FastifyRequest): (content: string) => Content {
  const patch = request.body;
  if (typeof patch !== 'string') {
    throw serverFault('SERVER_BODY_INVALID', { diagnostics: 'There is no body.' });
  }
  const mediaType = request.headers['content-type']?.split(';')[0]?.trim();
  if (mediaType !== 'application/json-patch+json') {
    throw serverFault('SERVER_PATCH_UNSUPPORTED', { expression: ['Content-Type'] });
  }
  try {
    JSON.parse(patch);
  } catch {
    throw serverFault('SERVER_BODY_INVALID', { diagnostics: 'The patch is not JSON.' });
  }
  return (content) => patched(content, patch);
}

function patched(content: string, patch: string): Content {
  const edited = editAsWritten([content, patch], ([resource, operations]) =>
    applyJsonPatch(resource as Resource, operations),
  );
  if (!edited.ok) throw invalid(422, edited.error);
  const parsed = parseResourceBody(edited.value);
  if (!parsed.ok) throw invalid(422, parsed.error);
  const resource = parsed.value;
  if (!isIdentified(resource)) throw serverFault('SERVER_BODY_INVALID');
  const issues = validateResource(resource);
  if (issues.length > 0) throw invalid(422, issues);
  return { resource, numbers: writtenNumbers(edited.value) };
}

const isIdentified = (resource: Resource): resource is Identified =>
  isJsonObject(resource) && typeof resource.id === 'string';
