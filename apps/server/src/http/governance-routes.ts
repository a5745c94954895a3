import {
  ENDPOINTS,
  EraseRequest,
  type ErasureAnswer,
  type ErasureList,
  type Hold,
  type HoldList,
  PlaceHoldRequest,
  ReleaseHoldRequest,
  type RetentionList,
  readBody,
  SetRetentionRequest,
} from '@holdfast/api-contract';
import type { Erasure, LegalHold, RetentionRule } from '@holdfast/compliance';
import { type Clock, type Random, uuidV7 } from '@holdfast/kernel';
import type { TagKey } from '@holdfast/ledger';
import type { TokenVerifier } from '@holdfast/signin';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Audited, type AuditTrail, SUCCESS } from '../audit-trail.ts';
import type { Governance } from '../composition/governance.ts';
import { serverFault } from '../errors.ts';

export interface GovernanceRoutesOptions {
  readonly verifier: TokenVerifier;
  readonly audit: AuditTrail;
  readonly governance: Governance;
  readonly tagKey: TagKey;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Legal holds, retention and erasure of `@holdfast/api-contract`, for compliance officers: every step
 * is on record before it takes effect. Patients are kept by their tags alone.
 */
export function registerGovernanceRoutes(
  app: FastifyInstance,
  options: GovernanceRoutesOptions,
): void {
  const { verifier, audit, tagKey, clock, random } = options;
  const desk: OfficersDesk = {
    holds: options.governance.holds,
    retention: options.governance.retention,
    erasures: options.governance.erasures,
    wake: () => options.governance.wake(),
    run: () => options.governance.run(),
    newId: () => uuidV7(clock, random),
    now: () => clock.now(),
    officer: async (request) => {
      const actor = await verifier.actor(request.headers.authorization);
      const who = { actor, requestId: request.facts.requestId };
      request.facts.who = who;
      if (!ENDPOINTS.erase.roles.some((role) => actor.roles.includes(role))) {
        throw serverFault('SERVER_FORBIDDEN');
      }
      return who;
    },
    record: (who, interaction, target) =>
      audit.accessed(who, { interaction, action: 'E', target, outcome: SUCCESS, epoch: 0n }, []),
    tagOf: ({ actor: { tenant } }, value) => tagKey.tag({ kind: 'patient', tenant, value }),
  };
  registerHolds(app, desk);
  registerRetention(app, desk);
  registerErasures(app, desk);
}

/** What every route of an officer needs. */
interface OfficersDesk extends Pick<Governance, 'holds' | 'retention' | 'erasures'> {
  readonly wake: () => void;
  readonly run: () => Promise<void>;
  readonly newId: () => string;
  readonly now: () => Date;
  /** @throws Fault SERVER_FORBIDDEN */
  readonly officer: (request: FastifyRequest) => Promise<Audited>;
  readonly record: (who: Audited, interaction: string, target: string) => Promise<void>;
  readonly tagOf: (who: Audited, patientId: string) => Buffer;
}

function registerHolds(app: FastifyInstance, desk: OfficersDesk): void {
  const { holds, officer, record, tagOf, newId, now } = desk;
  const all = async (): Promise<HoldList> => ({ holds: (await holds.list()).map(holdOf) });
  app.get('/compliance/holds', async (request) => {
    await record(await officer(request), 'list-holds', 'legal-hold');
    return all();
  });
  app.post('/compliance/holds', async (request) => {
    const who = await officer(request);
    const { patients, ...hold } = bodyOf(PlaceHoldRequest, request);
    const id = newId();
    await record(who, 'place-hold', `legal-hold/${id}`);
    const patientTags = patients?.map((patient) => tagOf(who, patient)) ?? null;
    await holds.place({ ...hold, id, patientTags, by: who.actor.principal, at: now() });
    return all();
  });
  app.post('/compliance/holds/:id/release', async (request) => {
    const who = await officer(request);
    const { reason } = bodyOf(ReleaseHoldRequest, request);
    const id = idOf(request);
    await record(who, 'release-hold', `legal-hold/${id}`);
    await holds.release(id, { by: who.actor.principal, at: now(), reason });
    desk.wake();
    return all();
  });
}

function registerRetention(app: FastifyInstance, desk: OfficersDesk): void {
  const { retention, officer, record, now } = desk;
  const all = async (): Promise<RetentionList> => ({ rules: (await retention.list()).map(ruleOf) });
  app.get('/compliance/retention', async (request) => {
    await record(await officer(request), 'list-retention', 'retention');
    return all();
  });
  app.post('/compliance/retention', async (request) => {
    const who = await officer(request);
    const rule = bodyOf(SetRetentionRequest, request);
    await record(who, 'set-retention', `retention/${rule.recordClass}/${rule.minimumDays}`);
    await retention.set({ ...rule, by: who.actor.principal, at: now() });
    desk.wake();
    return all();
  });
}

function registerErasures(app: FastifyInstance, desk: OfficersDesk): void {
  const { erasures, officer, record, tagOf, newId } = desk;
  const all = async (): Promise<ErasureList> => {
    return { erasures: (await erasures.list()).map(erasureOf) };
  };
  app.get('/compliance/erasures', async (request) => {
    await record(await officer(request), 'list-erasures', 'erasure');
    return all();
  });
  app.post('/compliance/erasures', async (request) => {
    const who = await officer(request);
    const { patient, ...asked } = bodyOf(EraseRequest, request);
    const id = newId();
    await record(who, 'request-erasure', `erasure/${id}`);
    const by = who.actor.principal;
    await erasures.request({ ...asked, id, patientTag: tagOf(who, patient), by });
    desk.wake();
    return all();
  });
  app.post('/compliance/erasures/run', async (request) => {
    await record(await officer(request), 'run-erasures', 'erasure');
    await desk.run();
    return all();
  });
}

/** @throws Fault SERVER_REQUEST_INVALID that names what is wrong */
function bodyOf<Schema extends Parameters<typeof readBody>[0]>(
  schema: Schema,
  request: FastifyRequest,
) {
  const read = readBody<Schema>(schema, request.body);
  if (!read.ok) throw serverFault('SERVER_REQUEST_INVALID', { expression: read.error });
  return read.value;
}

/** What is no id names no hold either. */
function idOf(request: FastifyRequest): string {
  const { id } = request.params as { readonly id: string };
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) {
    throw serverFault('SERVER_REQUEST_INVALID', { expression: ['id'] });
  }
  return id;
}

function holdOf({ by, at, released, ...hold }: LegalHold): Hold {
  return {
    ...hold,
    placedBy: by,
    placedAt: at.toISOString(),
    ...(released !== undefined && {
      releasedBy: released.by,
      releasedAt: released.at.toISOString(),
      releaseReason: released.reason,
    }),
  };
}

const ruleOf = ({ by, at, ...rule }: RetentionRule): RetentionList['rules'][number] => ({
  ...rule,
  setBy: by,
  setAt: at.toISOString(),
});

function erasureOf(erasure: Erasure): ErasureAnswer {
  const { destroyAfter, destroyedAt, keysDestroyed, auditId } = erasure;
  const { id, authority, basis, by, at, state } = erasure;
  return {
    ...{ id, authority, basis, requestedBy: by, requestedAt: at.toISOString(), state },
    ...(destroyAfter !== null && { destroyAfter: destroyAfter.toISOString() }),
    ...(destroyedAt !== null && { destroyedAt: destroyedAt.toISOString() }),
    ...(keysDestroyed !== null && { keysDestroyed }),
    ...(auditId !== null && { auditId }),
  };
}
