import {
  AccessPolicy,
  ActivatePolicyRequest,
  ENDPOINTS,
  type PolicyInForce,
  type PolicyList,
  readBody,
  type StoredPolicyAnswer,
} from '@holdfast/api-contract';
import { PolicyStore } from '@holdfast/consent';
import type { TokenVerifier } from '@holdfast/signin';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import type { Audited, AuditTrail } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';

export interface PolicyRoutesOptions {
  readonly verifier: TokenVerifier;
  readonly audit: AuditTrail;
  readonly pool: Pool;
}

/** Of the audit records: read, create, execute. */
const ACTIONS = {
  'list-policies': 'R',
  'read-policy': 'R',
  'store-policy': 'C',
  'activate-policy': 'E',
} as const;

const KEEPERS: ReadonlySet<string> = new Set(ENDPOINTS.storePolicy.roles);

/** Access policies of `@holdfast/api-contract`: written, activated and rolled back, all on record. */
export function registerPolicyRoutes(app: FastifyInstance, options: PolicyRoutesOptions): void {
  const { verifier, audit, pool } = options;
  const keeper = async (request: FastifyRequest): Promise<Audited & { policies: PolicyStore }> => {
    const actor = await verifier.actor(request.headers.authorization);
    if (!actor.roles.some((role) => KEEPERS.has(role))) throw serverFault('SERVER_FORBIDDEN');
    const policies = new PolicyStore(actor.tenant, pool);
    return { actor, requestId: request.facts.requestId, policies };
  };
  const record = (
    who: Audited,
    interaction: keyof typeof ACTIONS,
    target: string,
  ): Promise<void> => {
    const action = ACTIONS[interaction];
    return audit.accessed(who, { interaction, action, target, outcome: 0, epoch: 0n }, []);
  };

  app.get('/consent/policies', async (request): Promise<PolicyList> => {
    const { policies, ...who } = await keeper(request);
    await record(who, 'list-policies', 'policies');
    return listOf(policies);
  });
  app.post('/consent/policies', async (request, reply): Promise<FastifyReply> => {
    const { policies, ...who } = await keeper(request);
    const stored = await policies.store(documentOf(request.body), who.actor.principal);
    if (!stored.ok) {
      const answer: StoredPolicyAnswer = { findings: [...stored.error] };
      return reply.code(422).send(answer);
    }
    const { version, warnings } = stored.value;
    await record(who, 'store-policy', `policy-${version}`);
    const answer: StoredPolicyAnswer = { version, findings: [...warnings] };
    return reply.send(answer);
  });
  app.get('/consent/policies/active', async (request): Promise<PolicyInForce> => {
    const { policies, ...who } = await keeper(request);
    const { activatedAt, policy, ...named } = await policies.inForce();
    await record(who, 'read-policy', named.name);
    const document = AccessPolicy.parse(policy);
    return { ...named, ...(activatedAt !== undefined && { activatedAt }), policy: document };
  });
  app.post('/consent/policies/active', async (request): Promise<PolicyList> => {
    const { policies, ...who } = await keeper(request);
    const asked = readBody(ActivatePolicyRequest, request.body);
    if (!asked.ok) throw serverFault('SERVER_REQUEST_INVALID', { expression: asked.error });
    const { version, reason } = asked.value;
    // On record before it takes effect: an activation that nobody can see would be worse than none.
    await record(who, 'activate-policy', `policy-${version}`);
    await policies.activate(version, who.actor.principal, reason);
    return listOf(policies);
  });
}

async function listOf(policies: PolicyStore): Promise<PolicyList> {
  const all = await policies.list();
  return {
    policies: all.map(({ activatedAt, ...policy }) => ({
      ...policy,
      ...(activatedAt !== undefined && { activatedAt }),
    })),
  };
}

/** Read by the policy's own reader, which says more about a fault than a schema can. */
export function documentOf(body: unknown): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : '');
  } catch {
    throw serverFault('SERVER_REQUEST_INVALID', { expression: ['body'] });
  }
}
