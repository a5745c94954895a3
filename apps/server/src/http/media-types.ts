import type { FastifyRequest } from 'fastify';
import { serverFault } from '../errors.ts';

/** Of the bodies that hold a resource. A JSON Patch or a form is JSON or text too, but none of it. */
const RESOURCE_TYPES: ReadonlySet<string> = new Set(['application/fhir+json', 'application/json']);
const IN_JSON = { Accept: /json|\*\/\*|application\/\*/, _format: /json|^\*/ };
const FHIR_VERSION = /;\s*fhirVersion\s*=\s*"?([^\s";,]*)/i;
const R4 = /^4\.0(?:\.\d+)?$/;

/** A media type says by `fhirVersion` what it holds (https://hl7.org/fhir/R4/http.html#version-parameter). */
function isOfR4(mediaType: string): boolean {
  const version = FHIR_VERSION.exec(mediaType)?.[1];
  return version === undefined || R4.test(version);
}

/** Refuses a body of another version of FHIR, and a request whose answer could not be R4 in JSON. */
export function refuseForeignMedia({ headers, query }: FastifyRequest): void {
  if (!isOfR4(headers['content-type'] ?? '')) {
    throw serverFault('SERVER_FHIR_VERSION_UNSUPPORTED', { expression: ['Content-Type'] });
  }
  refuseUnanswerable('Accept', (headers.accept ?? '*/*').split(','));
  const format = (query as { readonly _format?: unknown } | undefined)?._format;
  if (typeof format === 'string') refuseUnanswerable('_format', [format]);
}

/** @param ranges media types, any of which would do */
function refuseUnanswerable(place: keyof typeof IN_JSON, ranges: readonly string[]): void {
  const inJson = ranges.filter((range) => IN_JSON[place].test(range));
  if (inJson.length === 0) throw serverFault('SERVER_NOT_ACCEPTABLE', { expression: [place] });
  if (inJson.some(isOfR4)) return;
  throw serverFault('SERVER_FHIR_VERSION_NOT_ACCEPTABLE', { expression: [place] });
}

/** @throws Fault where the body is of a media type that holds no resource */
export function refuseNoResource({ headers }: FastifyRequest): void {
  const mediaType = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (mediaType === undefined || RESOURCE_TYPES.has(mediaType)) return;
  throw serverFault('SERVER_MEDIA_TYPE_UNSUPPORTED', { expression: ['Content-Type'] });
}
