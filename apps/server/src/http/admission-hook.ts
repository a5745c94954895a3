import type { AdmissionGate, Refusal } from '@holdfast/admission';
import type { Fault } from '@holdfast/kernel';
import type { TokenVerifier } from '@holdfast/signin';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serverFault } from '../errors.ts';
import { askingActor } from './asking-actor.ts';
import { FHIR_BASE } from './fhir-handler.ts';
import { costOf, kindOf, priorityOf, type RequestShape } from './request-priority.ts';

/**
 * Every request to the FHIR interface passes the gate: refused before its body is read where no
 * room is left, then served in the order of clinical priority.
 */
export function registerAdmission(
  app: FastifyInstance,
  { gate, verifier }: { readonly gate: AdmissionGate; readonly verifier: TokenVerifier },
): void {
  app.addHook('onRequest', async (request) => {
    const shape = shapeOf(request);
    if (shape === null) return;
    const actor = await askingActor(verifier, request);
    const priority = priorityOf(actor, shape);
    if (!gate.refuses(priority)) return;
    await gate.refusalDue(priority);
    throw busy({ reason: 'full', retryAfterMs: 1_000 });
  });
  app.addHook('preHandler', async (request, reply) => {
    const shape = shapeOf(request);
    if (shape === null) return;
    const actor = await askingActor(verifier, request);
    const priority = priorityOf(actor, shape);
    const entry = await gate.enter({
      id: request.facts.requestId,
      priority,
      tenant: actor.tenant,
      kind: kindOf(shape),
      cost: costOf(shape),
    });
    if (!entry.ok) {
      await gate.refusalDue(priority);
      throw busy(entry.error);
    }
    leaveWithReply(reply, () => entry.value.leave());
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

function busy({ reason, retryAfterMs }: Refusal): Fault {
  const code = reason === 'tenant-full' ? 'SERVER_TENANT_BUSY' : 'SERVER_BUSY';
  return serverFault(code, { retryAfterSeconds: Math.ceil(retryAfterMs / 1_000) });
}
