import { parseTilePath, readLatestCheckpoint, readPublishedTile } from '@holdfast/ledger';
import type { TokenVerifier } from '@holdfast/signin';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import type { Audited, AuditTrail } from '../audit-trail.ts';
import { SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { type PatientAccessesParts, patientAccesses } from '../patient-accesses.ts';

export interface LedgerRoutesOptions {
  readonly verifier: TokenVerifier;
  readonly audit: AuditTrail;
  readonly pool: Pool;
  readonly accesses: Omit<PatientAccessesParts, 'audit' | 'requests'>;
}

/** Who may read leaves and their hashes; a checkpoint says nothing and is for everybody known. */
const VERIFIERS: ReadonlySet<string> = new Set(['compliance-officer', 'system']);

/** Nobody but this reader may keep it, and it never changes. */
const IMMUTABLE = 'private, max-age=31536000, immutable';

/**
 * The tenant's log as C2SP tlog-tiles lays it out, under `/ledger/`: `checkpoint`, `tile/<L>/<N>` and
 * `tile/entries/<N>`, whole and partial. Leaves carry no personal data, but who holds all tags of a
 * log can count: tiles are for its verifiers only, and each entry bundle read is recorded.
 * `/ledger/patients/<id>` says who did what about a patient, to the patient and to compliance
 * officers, with the proof that these are all.
 */
export function registerLedgerRoutes(app: FastifyInstance, options: LedgerRoutesOptions): void {
  const { verifier, audit, pool } = options;
  const known = async (request: FastifyRequest): Promise<Audited> => {
    const actor = await verifier.actor(request.headers.authorization);
    const who = { actor, requestId: request.facts.requestId };
    request.facts.who = who;
    return who;
  };
  app.get('/ledger/checkpoint', async (request, reply) => {
    const { actor } = await known(request);
    const checkpoint = await readLatestCheckpoint(pool, actor.tenant);
    if (checkpoint === null) throw serverFault('SERVER_RESOURCE_NOT_FOUND');
    return reply
      .header('cache-control', 'private, max-age=1')
      .type('text/plain; charset=utf-8')
      .send(checkpoint.note);
  });
  app.get('/ledger/patients/:id', async (request) => {
    const who = await known(request);
    const { id } = request.params as { readonly id: string };
    request.facts.patientId = id;
    const { tenant, roles } = who.actor;
    const own = who.actor.principal === `Patient/${id}`;
    if (!own && !roles.includes('compliance-officer')) throw serverFault('SERVER_FORBIDDEN');
    const parts = { ...options.accesses, audit, requests: pool };
    const answer = await patientAccesses(parts, { tenant, patientId: id });
    const access = { interaction: 'read-accesses', action: 'R', target: `Patient/${id}` } as const;
    await audit.accessed(who, { ...access, outcome: SUCCESS, epoch: 0n, named: [id] }, []);
    return answer;
  });
  app.get('/ledger/tile/*', async (request, reply) => {
    const who = await known(request);
    if (!who.actor.roles.some((role) => VERIFIERS.has(role))) throw serverFault('SERVER_FORBIDDEN');
    const path = `tile/${(request.params as { readonly '*': string })['*']}`;
    const tile = parseTilePath(path);
    if (!tile.ok) throw serverFault('SERVER_RESOURCE_NOT_FOUND');
    const bytes = await readPublishedTile(pool, { tenant: who.actor.tenant, ...tile.value });
    if (tile.value.level === 'entries') {
      const access = { interaction: 'read-log', action: 'R', target: path, epoch: 0n } as const;
      await audit.accessed(who, { ...access, outcome: SUCCESS }, []);
    }
    return reply
      .header('cache-control', IMMUTABLE)
      .type('application/octet-stream')
      .send(Buffer.from(bytes));
  });
}
