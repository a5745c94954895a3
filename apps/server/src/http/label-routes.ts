import { ENDPOINTS, type LabellingStatus, type LabelSetsAnswer } from '@holdfast/api-contract';
import { LabelSetStore } from '@holdfast/consent';
import type { TokenVerifier } from '@holdfast/signin';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { type Audited, type AuditTrail, SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { documentOf } from './policy-routes.ts';

export interface LabelRoutesOptions {
  readonly verifier: TokenVerifier;
  readonly audit: AuditTrail;
  readonly pool: Pool;
  /** Labels the stored data again, in the background. */
  readonly upkeep: { wake(): void };
}

const KEEPERS: ReadonlySet<string> = new Set(ENDPOINTS.loadLabelSets.roles);

/** An organisation's label sets: loaded, looked at, and brought to the stored data, all on record. */
export function registerLabelRoutes(app: FastifyInstance, options: LabelRoutesOptions): void {
  const { verifier, audit, pool, upkeep } = options;
  const keeper = async (request: FastifyRequest): Promise<Audited & { sets: LabelSetStore }> => {
    const actor = await verifier.actor(request.headers.authorization);
    if (!actor.roles.some((role) => KEEPERS.has(role))) throw serverFault('SERVER_FORBIDDEN');
    const sets = new LabelSetStore(actor.tenant, pool);
    return { actor, requestId: request.facts.requestId, sets };
  };
  const record = (who: Audited, interaction: string, target: string): Promise<void> => {
    const action = interaction === 'read-labelling' ? 'R' : 'E';
    return audit.accessed(who, { interaction, action, target, outcome: SUCCESS, epoch: 0n }, []);
  };

  app.get('/consent/labels', async (request): Promise<LabellingStatus> => {
    const { sets, ...who } = await keeper(request);
    await record(who, 'read-labelling', 'label sets');
    return statusOf(sets);
  });
  app.post('/consent/labels', async (request, reply): Promise<FastifyReply> => {
    const { sets, ...who } = await keeper(request);
    const loaded = await sets.load(documentOf(request.body), who.actor.principal);
    if (!loaded.ok) {
      const answer: LabelSetsAnswer = { findings: [...loaded.error] };
      return reply.code(422).send(answer);
    }
    upkeep.wake();
    const { version } = loaded.value;
    await record(who, 'load-label-sets', `label-sets-${version}`);
    const answer: LabelSetsAnswer = { version, findings: [] };
    return reply.send(answer);
  });
  app.post('/consent/labels/relabel', async (request): Promise<LabellingStatus> => {
    const { sets, ...who } = await keeper(request);
    await record(who, 'relabel', 'all stored data');
    await sets.startOver();
    upkeep.wake();
    return statusOf(sets);
  });
}

async function statusOf(sets: LabelSetStore): Promise<LabellingStatus> {
  // What is not known is left out.
  return JSON.parse(JSON.stringify(await sets.status())) as LabellingStatus;
}
