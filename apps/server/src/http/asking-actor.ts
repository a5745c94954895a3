import type { Actor } from '@holdfast/consent';
import type { TokenVerifier } from '@holdfast/signin';
import type { FastifyRequest } from 'fastify';

const known = new WeakMap<FastifyRequest, Promise<Actor>>();

/** Who asks, found out once a request however many steps want to know. @throws as TokenVerifier.actor */
export function askingActor(verifier: TokenVerifier, request: FastifyRequest): Promise<Actor> {
  let actor = known.get(request);
  if (actor === undefined) {
    actor = verifier.actor(request.headers.authorization);
    known.set(request, actor);
  }
  return actor;
}
