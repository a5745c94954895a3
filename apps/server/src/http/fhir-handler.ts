import type { TokenVerifier } from '@holdfast/signin';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Audited } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { askingActor } from './asking-actor.ts';

/** Root of the FHIR interface; routes of all FHIR files stand below it. */
export const FHIR_BASE = '/fhir/R4';

/** One request to the FHIR interface with the actor it was authenticated as. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly who: Audited;
}

/** What every FHIR route does first: refuse what can't be answered in JSON, find out who asks. */
export function fhirHandler(
  verifier: TokenVerifier,
  handle: (exchange: Exchange) => Promise<FastifyReply>,
) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const accept = request.headers.accept ?? '*/*';
    if (!/json|\*\/\*|application\/\*/.test(accept)) {
      throw serverFault('SERVER_NOT_ACCEPTABLE', { expression: ['Accept'] });
    }
    const format = (request.query as { readonly _format?: unknown } | undefined)?._format;
    if (typeof format === 'string' && !/json|^\*/.test(format)) {
      throw serverFault('SERVER_NOT_ACCEPTABLE', { expression: ['_format'] });
    }
    const actor = await askingActor(verifier, request);
    const who = { actor, requestId: request.facts.requestId };
    request.facts.who = who;
    return handle({ request, reply, who });
  };
}
