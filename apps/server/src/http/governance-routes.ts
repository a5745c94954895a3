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
  const { audit, governance, tagKey, clock, random } = options;
  const { holds, retention, erasures } = governance;
  const officer = async (request: FastifyRequest): Promise<Audited> => {
    const actor = await options.verifier.actor(request.headers.authorization);
    const who = { actor, requestId: request.facts.requestId };
    request.facts.who = who;
    if (!ENDPOINTS.erase.roles.some((role) => actor.roles.includes(role))) {
      throw serverFault('SERVER_FORBIDDEN');
    }
    return who;
  };
  const record = (who: Audited, interaction: string, target: string) =>
    audit.accessed(who, { interaction, action: 'E', target, outcome: SUCCESS, epoch: 0n }, []);
  const tagOf = ({ actor: { tenant } }: Audited, value: string) =>
    tagKey.tag({ kind: 'patient', tenant, value });
  const allHolds = async (): Promise<HoldList> => ({ holds: (await holds.list()).map(holdOf) });
  const allRules = async (): Promise<RetentionList> => {
    return { rules: (await retention.list()).map(ruleOf) };
  };
  const allErasures = async (): Promise<ErasureList> => {
    return { erasures: (await erasures.list()).map(erasureOf) };
  };

  app.get('/compliance/holds', async (request) => {
    await record(await officer(request), 'list-holds', 'legal-hold');
    return allHolds();
  });
  app.post('/compliance/holds', async (request) => {
    const who = await officer(request);
    const asked = readBody(PlaceHoldRequest, request.body);
    if (!asked.ok) throw serverFault('SERVER_REQUEST_INVALID', { expression: asked.error });
    const { patients, ...hold } = asked.value;
    const id = uuidV7(clock, random);
    await record(who, 'place-hold', `legal-hold/${id}`);
    const patientTags = patients?.map((patient) => tagOf(who, patient)) ?? null;
    await holds.place({ ...hold, id, patientTags, by: who.actor.principal, at: clock.now() });
    return allHolds();
  });
  app.post('/compliance/holds/:id/release', async (request) => {
    const who = await officer(request);
    const given = readBody(ReleaseHoldRequest, request.body);
    if (!given.ok) throw serverFault('SERVER_REQUEST_INVALID', { expression: given.error });
    const id = idOf(request);
    await record(who, 'release-hold', `legal-hold/${id}`);
    const { reason } = given.value;
    await holds.release(id, { by: who.actor.principal, at: clock.now(), reason });
    governance.wake();
    return allHolds();
  });
  app.get('/compliance/retention', async (request) => {
    await record(await officer(request), 'list-retention', 'retention');
    return allRules();
  });
  app.post('/compliance/retention', async (request) => {
    const who = await officer(request);
    const given = readBody(SetRetentionRequest, request.body);
    if (!given.ok) throw serverFault('SERVER_REQUEST_INVALID', { expression: given.error });
    const { recordClass, minimumDays } = given.value;
    await record(who, 'set-retention', `retention/${recordClass}/${minimumDays}`);
    await retention.set({ ...given.value, by: who.actor.principal, at: clock.now() });
    governance.wake();
    return allRules();
  });
  app.get('/compliance/erasures', async (request) => {
    await record(await officer(request), 'list-erasures', 'erasure');
    return allErasures();
  });
  app.post('/compliance/erasures', async (request) => {
    const who = await officer(request);
    const asked = readBody(EraseRequest, request.body);
    if (!asked.ok) throw serverFault('SERVER_REQUEST_INVALID', { expression: asked.error });
    const { patient, authority, basis } = asked.value;
    const id = uuidV7(clock, random);
    await record(who, 'request-erasure', `erasure/${id}`);
    const by = who.actor.principal;
    await erasures.request({ id, patientTag: tagOf(who, patient), authority, basis, by });
    governance.wake();
    return allErasures();
  });
  app.post('/compliance/erasures/run', async (request) => {
    await record(await officer(request), 'run-erasures', 'erasure');
    await governance.run();
    return allErasures();
  });
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
