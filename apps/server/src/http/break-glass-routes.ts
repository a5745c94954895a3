import {
  AskGlassRequest,
  ENDPOINTS,
  GLASS_MINUTES,
  type GlassAccess,
  type GlassList,
  ReviewGlassRequest,
  readBody,
} from '@holdfast/api-contract';
import { BreakGlass, type GlassAccess as StoredAccess } from '@holdfast/consent';
import { type Clock, type PatientId, type Random, uuidV7 } from '@holdfast/kernel';
import type { TokenVerifier } from '@holdfast/signin';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import type { Audited, AuditTrail } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';

export interface BreakGlassRoutesOptions {
  readonly verifier: TokenVerifier;
  readonly audit: AuditTrail;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly random: Random;
}

type Step = 'ask' | 'confirm' | 'end' | 'review' | 'list';

interface Asking extends Audited {
  readonly glass: BreakGlass;
}

/** Emergency access of `@holdfast/api-contract`: every step is on record before it takes effect. */
export function registerBreakGlassRoutes(
  app: FastifyInstance,
  options: BreakGlassRoutesOptions,
): void {
  const { clock, random } = options;
  const asking = async (request: FastifyRequest, roles?: readonly string[]): Promise<Asking> => {
    const actor = await options.verifier.actor(request.headers.authorization);
    const who = { actor, requestId: request.facts.requestId };
    request.facts.who = who;
    if (roles !== undefined && !actor.roles.some((role) => roles.includes(role))) {
      throw serverFault('SERVER_FORBIDDEN');
    }
    return { ...who, glass: new BreakGlass(actor.tenant, options.pool) };
  };
  const record = async (who: Asking, step: Step, accesses: readonly StoredAccess[]) => {
    const { actor, requestId } = who;
    const target = accesses.length === 1 ? `break-glass/${accesses[0]?.id}` : 'break-glass';
    const patients = accesses.map(({ patientId }) => patientId as PatientId);
    const access = { interaction: `break-glass-${step}`, target };
    await options.audit.named({ actor, requestId }, access, [...new Set(patients)]);
  };

  app.get('/consent/break-glass', async (request): Promise<GlassList> => {
    const who = await asking(request);
    const accesses = await who.glass.list(whoseOf(who));
    await record(who, 'list', accesses);
    return { accesses: accesses.map(answerOf) };
  });
  app.post('/consent/break-glass', async (request): Promise<GlassAccess> => {
    const who = await asking(request, ENDPOINTS.askGlass.roles);
    const asked = readBody(AskGlassRequest, request.body);
    if (!asked.ok) throw serverFault('SERVER_REQUEST_INVALID', { expression: asked.error });
    const { patient, reason, minutes = GLASS_MINUTES.usual } = asked.value;
    const id = uuidV7(clock, random);
    const actor = who.actor.principal;
    const access = await who.glass.ask({ id, patientId: patient, actor, reason, minutes });
    await record(who, 'ask', [access]);
    return answerOf(access);
  });
  app.post('/consent/break-glass/:id/confirm', async (request): Promise<GlassAccess> => {
    const who = await asking(request, ENDPOINTS.confirmGlass.roles);
    const access = await who.glass.find(idOf(request));
    await record(who, 'confirm', [access]);
    return answerOf(await who.glass.open(access.id, who.actor.principal));
  });
  app.post('/consent/break-glass/:id/end', async (request): Promise<GlassAccess> => {
    const who = await asking(request);
    const { principal, roles } = who.actor;
    const access = await who.glass.find(idOf(request));
    if (access.actor !== principal && !roles.includes('compliance-officer')) {
      throw serverFault('SERVER_FORBIDDEN');
    }
    await record(who, 'end', [access]);
    return answerOf(await who.glass.end(access.id, principal));
  });
  app.post('/consent/break-glass/:id/review', async (request): Promise<GlassAccess> => {
    const who = await asking(request, ENDPOINTS.reviewGlass.roles);
    const given = readBody(ReviewGlassRequest, request.body);
    if (!given.ok) throw serverFault('SERVER_REQUEST_INVALID', { expression: given.error });
    const access = await who.glass.find(idOf(request));
    await record(who, 'review', [access]);
    const by = who.actor.principal;
    return answerOf(await who.glass.review(access.id, { ...given.value, by }));
  });
}

/** Whose accesses somebody may see. */
function whoseOf({ actor }: Asking): Parameters<BreakGlass['list']>[0] {
  if (actor.roles.includes('compliance-officer')) return 'unreviewed';
  if (actor.roles.includes('patient') && actor.patientId !== undefined) {
    return { patientId: actor.patientId };
  }
  return { actor: actor.principal };
}

/** What is no id names no access either. */
function idOf(request: FastifyRequest): string {
  const { id } = request.params as { readonly id: string };
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    throw serverFault('SERVER_REQUEST_INVALID', { expression: ['id'] });
  }
  return id;
}

function answerOf({ patientId, ...access }: StoredAccess): GlassAccess {
  const { openedAt, until, endedAt, endedBy, verdict, note, reviewedBy, ...always } = access;
  return {
    ...always,
    patient: patientId,
    ...(openedAt !== undefined && { openedAt }),
    ...(until !== undefined && { until }),
    ...(endedAt !== undefined && { endedAt }),
    ...(endedBy !== undefined && { endedBy }),
    ...(verdict !== undefined && { verdict }),
    ...(note !== undefined && { note }),
    ...(reviewedBy !== undefined && { reviewedBy }),
  };
}
