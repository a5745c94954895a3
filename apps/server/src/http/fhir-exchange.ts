import {
  type Issue,
  isResourceId,
  isResourceType,
  judgeResource,
  operationOutcome,
  parseResourceBody,
  type Resource,
  type ResourceType,
  type Terminology,
  type ValidationPolicy,
  type WrittenNumbers,
  withRelativeReferences,
  writtenNumbers,
} from '@holdfast/fhir';
import type { ResourceName } from '@holdfast/store';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Audited } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { InvalidBody } from './invalid-body.ts';
import { refuseNoResource } from './media-types.ts';

export type Identified = Resource & { readonly id: string };

/** How this server takes resources in. */
export interface Intake {
  /** Its FHIR address ending in `/`. */
  readonly base: string;
  readonly validation: ValidationPolicy;
  /** What conditions on codes go by. */
  readonly terminology: Terminology;
}

export interface Params {
  readonly type: string;
  readonly id: string;
  readonly version: string;
}

export const notFound = () => serverFault('SERVER_RESOURCE_NOT_FOUND');

export const invalid = (status: number, issues: readonly Issue[]): InvalidBody =>
  new InvalidBody(status, JSON.stringify(operationOutcome(issues)));

export function typeOf(request: FastifyRequest): ResourceType {
  const { type } = request.params as Params;
  if (!isResourceType(type)) throw serverFault('SERVER_UNKNOWN_TYPE');
  return type;
}

export function nameOf(request: FastifyRequest, who: Audited): ResourceName {
  const { id } = request.params as Params;
  const type = typeOf(request);
  if (!isResourceId(id)) throw serverFault('SERVER_ID_INVALID', { expression: [`${type}.id`] });
  return { tenant: who.actor.tenant, type, id };
}

/**
 * Holds a resource against the policy; what that only warns of goes into the answer.
 * @throws InvalidBody where it is refused
 */
export function admitResource(
  request: FastifyRequest,
  resource: Resource,
  policy: ValidationPolicy,
): void {
  const { isRefused, issues } = judgeResource(resource, policy);
  if (isRefused) throw invalid(422, issues);
  request.facts.warnings = issues;
}

export function bodyText(request: FastifyRequest): string {
  if (typeof request.body === 'string') return request.body;
  throw serverFault('SERVER_BODY_INVALID', { diagnostics: 'There is no body.' });
}

/** The body where it must hold a resource. */
export function resourceText(request: FastifyRequest): string {
  refuseNoResource(request);
  return bodyText(request);
}

/**
 * The resource in the request's body: read, of the right type, admitted, with the numbers as the
 * sender wrote them and references below the address of this server relative.
 */
export function sentContent(
  request: FastifyRequest,
  type: ResourceType,
  { base, validation }: Intake,
): { readonly resource: Resource; readonly numbers: WrittenNumbers } {
  const text = resourceText(request);
  const parsed = parseResourceBody(text, { type });
  if (!parsed.ok) throw invalid(400, parsed.error);
  const resource = withRelativeReferences(parsed.value, base);
  admitResource(request, resource, validation);
  return { resource, numbers: writtenNumbers(text) };
}

export function ifMatch(request: FastifyRequest): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined) return undefined;
  const version = /^(?:W\/)?"(.*)"$/.exec(header)?.[1];
  if (version === undefined)
    throw serverFault('SERVER_IF_MATCH_INVALID', { expression: ['If-Match'] });
  return tagVersion(version);
}

/** The version that an entity tag names; -1, which none ever is, where it is not one of ours. */
export const tagVersion = (tag: string): number => (/^\d{1,9}$/.test(tag) ? Number(tag) : -1);

/** If-None-Match: * on an update: it may only create. */
export function ifNoneMatchAny(request: FastifyRequest): boolean {
  const header = request.headers['if-none-match'];
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  throw serverFault('SERVER_IF_NONE_MATCH_INVALID', { expression: ['If-None-Match'] });
}

export function withVersion(
  reply: FastifyReply,
  version: { version: number; updated: string },
): FastifyReply {
  return reply
    .header('etag', `W/"${version.version}"`)
    .header('last-modified', new Date(version.updated).toUTCString());
}
