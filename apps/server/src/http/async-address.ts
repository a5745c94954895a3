import type { AsyncName } from '@holdfast/async-requests';
import type { FastifyReply } from 'fastify';
import type { Audited } from '../audit-trail.ts';
import { notFound } from './fhir-exchange.ts';
import { FHIR_BASE } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';

/** Below the base: no resource type can be called so. */
export const ASYNC_PATH = '/$async';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws Fault SERVER_RESOURCE_NOT_FOUND for what is no id of a request */
export function asyncName({ actor }: Audited, id: string): AsyncName {
  if (!UUID.test(id)) throw notFound();
  return { tenant: actor.tenant, id, owner: actor.principal };
}

export const asyncUrl = ({ baseUrl }: Pick<FhirRoutesOptions, 'baseUrl'>, id: string): string =>
  `${baseUrl()}${FHIR_BASE}${ASYNC_PATH}/${id}`;

/** 202 with the address where the answer will be. */
export const accepted = (
  options: FhirRoutesOptions,
  reply: FastifyReply,
  id: string,
): FastifyReply => reply.code(202).header('content-location', asyncUrl(options, id)).send();
