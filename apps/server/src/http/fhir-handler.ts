import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Audited } from '../audit-trail.ts';
import { askingActor } from './asking-actor.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { refuseForeignMedia } from './media-types.ts';

/** Root of the FHIR interface; routes of all FHIR files stand below it. */
export const FHIR_BASE = '/fhir/R4';

/** One request to the FHIR interface with the actor it was authenticated as. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly who: Audited;
}

/**
 * What every FHIR route does first: refuse what can't be read or answered, find out who asks, and
 * bind it to the connections that the request is served by.
 */
export function fhirHandler<Options extends FhirRoutesOptions>(
  options: Options,
  handle: (options: Options, exchange: Exchange) => Promise<FastifyReply>,
) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    refuseForeignMedia(request);
    const actor = await askingActor(options.verifier, request);
    const { requestId, service } = request.facts;
    const who = { actor, requestId };
    request.facts.who = who;
    const served = service === null ? options : { ...options, pool: service.connections, service };
    return handle(served, { request, reply, who });
  };
}
