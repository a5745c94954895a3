import type { TokenVerifier } from '@holdfast/signin';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Audited } from '../audit-trail.ts';
import { askingActor } from './asking-actor.ts';
import { refuseForeignMedia } from './media-types.ts';

/** Root of the FHIR interface; routes of all FHIR files stand below it. */
export const FHIR_BASE = '/fhir/R4';

/** One request to the FHIR interface with the actor it was authenticated as. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly who: Audited;
}

/** What every FHIR route does first: refuse what can't be read or answered, find out who asks. */
export function fhirHandler(
  verifier: TokenVerifier,
  handle: (exchange: Exchange) => Promise<FastifyReply>,
) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    refuseForeignMedia(request);
    const actor = await askingActor(verifier, request);
    const who = { actor, requestId: request.facts.requestId };
    request.facts.who = who;
    return handle({ request, reply, who });
  };
}
