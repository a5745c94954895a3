import type { AdmissionGate } from '@holdfast/admission';
import type { TokenVerifier } from '@holdfast/signin';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { askingActor } from './asking-actor.ts';
import { FHIR_BASE } from './fhir-handler.ts';
import { costOf, kindOf, priorityOf, type RequestShape } from './request-priority.ts';
import { busy, type RequestConnections, RequestService } from './request-service.ts';

/**
 * Every request to the FHIR interface passes the gate: refused before its body is read where no
 * room is left, then served in the order of clinical priority.
 */
export function registerAdmission(
  app: FastifyInstance,
  {
    gate,
    verifier,
    connections,
  }: {
    readonly gate: AdmissionGate;
    readonly verifier: TokenVerifier;
    readonly connections: RequestConnections;
  },
): void {
  app.addHook('onRequest', async (request) => {
    const shape = shapeOf(request);
    if (shape === null) return;
    const actor = await askingActor(verifier, request);
    const priority = priorityOf(actor, shape);
    if (!gate.refuses(priority)) return;
    request.facts.turnedAway = priority !== 'care-now';
    await gate.refusalDue(priority);
    throw busy({ reason: 'full', retryAfterMs: 1_000 });
  });
  app.addHook('preHandler', async (request, reply) => {
    const shape = shapeOf(request);
    if (shape === null) return;
    const actor = await askingActor(verifier, request);
    const { requestId, startedMs } = request.facts;
    const priority = priorityOf(actor, shape);
    const [kind, cost] = [kindOf(shape), costOf(shape)];
    const ask = { id: requestId, priority, tenant: actor.tenant, kind, cost };
    const service = new RequestService({ gate, connections, ask, startedMs });
    request.facts.turnedAway = priority !== 'care-now';
    await service.enter();
    request.facts.turnedAway = false;
    request.facts.service = service;
    leaveWithReply(reply, () => service.leave());
  });
}

/** `close` comes once, after the last byte or when the caller went away, even while it waited. */
function leaveWithReply(reply: FastifyReply, leave: () => void): void {
  if (reply.raw.destroyed) leave();
  else reply.raw.once('close', leave);
}

/** Null for what needs no slot: the capability statement, and what is not FHIR. */
function shapeOf(request: FastifyRequest): RequestShape | null {
  const { url, method, headers } = request;
  if (!url.startsWith(FHIR_BASE) || method === 'OPTIONS') return null;
  const [path = '', query = ''] = url.slice(FHIR_BASE.length).split('?', 2);
  if (path === '/metadata' || path.startsWith('/.well-known/')) return null;
  return { method, path, query, bodyBytes: Number(headers['content-length'] ?? 0) };
}
