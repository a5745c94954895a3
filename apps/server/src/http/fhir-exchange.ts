import {
  type Issue,
  isResourceId,
  isResourceType,
  operationOutcome,
  type PlannedEntry,
  parseResourceBody,
  type Resource,
  type ResourceType,
  validateResource,
  type WrittenNumbers,
  writtenNumbers,
} from '@holdfast/fhir';
import type { Change, ResourceName, StoredVersion, WriteIntent } from '@holdfast/store';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Audited } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { InvalidBody } from './invalid-body.ts';

export type Identified = Resource & { readonly id: string };

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
  if (!isResourceId(id)) throw serverFault('SERVER_ID_INVALID');
  return { tenant: who.actor.tenant, type: typeOf(request), id };
}

/** The resource in the request's body: read, of the right type, valid. */
export function body(request: FastifyRequest, type: ResourceType): Resource {
  const text = bodyText(request);
  const parsed = parseResourceBody(text, { type });
  if (!parsed.ok) throw invalid(400, parsed.error);
  const issues = validateResource(parsed.value);
  if (issues.length > 0) throw invalid(422, issues);
  return parsed.value;
}

export function bodyText(request: FastifyRequest): string {
  if (typeof request.body === 'string') return request.body;
  throw serverFault('SERVER_BODY_INVALID', { diagnostics: 'There is no body.' });
}

/** As {@link body}, with the numbers as the sender wrote them. */
export function sentContent(
  request: FastifyRequest,
  type: ResourceType,
): { readonly resource: Resource; readonly numbers: WrittenNumbers } {
  const resource = body(request, type);
  return { resource, numbers: writtenNumbers(bodyText(request)) };
}

export function ifMatch(request: FastifyRequest): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined) return undefined;
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(header)?.[1];
  if (version === undefined)
    throw serverFault('SERVER_IF_MATCH_INVALID', { expression: ['If-Match'] });
  return Number(version);
}

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

export function historyEntry(root: string, version: StoredVersion): string {
  const { type, id, updated, deleted, content } = version;
  const method = deleted ? 'DELETE' : version.version === 1 ? 'POST' : 'PUT';
  const request = JSON.stringify({ method, url: `${type}/${id}` });
  const response = JSON.stringify({
    status: deleted ? '204' : version.version === 1 ? '201' : '200',
    etag: `W/"${version.version}"`,
    lastModified: updated,
  });
  const resource = content === null ? '' : `"resource":${content},`;
  return `{"fullUrl":"${root}/${type}/${id}",${resource}"request":${request},"response":${response}}`;
}

export function intentOf(entry: PlannedEntry): WriteIntent {
  switch (entry.method) {
    case 'create':
      if (entry.ifNoneExist !== undefined) throw serverFault('SERVER_CONDITION_UNSUPPORTED');
      return { kind: 'create', resource: entry.resource as Identified, numbers: entry.numbers };
    case 'update':
      if (entry.criteria !== undefined) throw serverFault('SERVER_CONDITION_UNSUPPORTED');
      return {
        kind: 'put',
        resource: entry.resource as Identified,
        numbers: entry.numbers,
        ...(entry.ifMatch !== undefined && { ifMatch: Number(/\d+/.exec(entry.ifMatch)?.[0]) }),
      };
    case 'delete':
      return { kind: 'delete', type: entry.type, id: entry.id };
    default:
      throw serverFault('SERVER_CONDITION_UNSUPPORTED');
  }
}

export function entryResult(entry: PlannedEntry, changes: ReadonlyMap<string, Change>) {
  const name =
    entry.method === 'refused' || entry.method === 'delete-matching'
      ? ''
      : `${entry.type}/${entry.id}`;
  const change = changes.get(name);
  if (change === undefined || change.content === null)
    return { index: entry.index, status: '204 No Content' };
  return {
    index: entry.index,
    status: change.interaction === 'create' ? '201 Created' : '200 OK',
    location: `${name}/_history/${change.version}`,
    version: String(change.version),
    lastModified: change.updated,
  };
}
