import {
  ENDPOINTS,
  PolicyDiffRequest,
  readBody,
  type WhatIfAnswer,
  WhatIfRequest,
} from '@holdfast/api-contract';
import {
  type ConsentGates,
  PolicyStore,
  readPolicy,
  rulebookOf,
  type WhatIf,
  whatIfConsent,
  whatIfStored,
} from '@holdfast/consent';
import type { Clock } from '@holdfast/kernel';
import type { TokenVerifier } from '@holdfast/signin';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { type Audited, type AuditTrail, SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';

export interface WhatIfRoutesOptions {
  readonly verifier: TokenVerifier;
  readonly gates: ConsentGates;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly pool: Pool;
}

const KEEPERS: ReadonlySet<string> = new Set(ENDPOINTS.whatIf.roles);

/** What a draft policy or consent would change, before anybody puts it in force. */
export function registerWhatIfRoutes(app: FastifyInstance, options: WhatIfRoutesOptions): void {
  const routes = new WhatIfRoutes(options);
  app.post('/consent/what-if', (request, reply) => routes.whatIf(request, reply));
  app.post('/consent/diff', (request) => routes.diff(request));
}

class WhatIfRoutes {
  readonly #options: WhatIfRoutesOptions;

  constructor(options: WhatIfRoutesOptions) {
    this.#options = options;
  }

  async whatIf(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { gates, pool, clock } = this.#options;
    const who = await this.#keeper(request);
    const { tenant } = who.actor;
    const body = readBody(WhatIfRequest, request.body);
    if (!body.ok) throw serverFault('SERVER_REQUEST_INVALID', { expression: body.error });
    const rulebook = await gates.rulebook(tenant);
    const nowMs = clock.now().getTime();
    if ('consent' in body.value) {
      const { patient: patientId, consent: draft } = body.value;
      const asked = { patientId, draft, rulebook };
      const found = await whatIfConsent(pool, { tenant, nowMs }, asked);
      await this.#record(who, ['what-if', `Consent of Patient/${patientId}`], [patientId]);
      if (found === undefined) throw serverFault('SERVER_RESOURCE_NOT_FOUND');
      return reply.send(answerOf(found));
    }
    const policy = readPolicy(body.value.policy);
    if (!policy.ok) {
      const findings = policy.error.map(({ path, text }) => ({ path, text }));
      const answer: WhatIfAnswer = { patients: 0, classes: 0, changes: [], findings };
      return reply.code(422).send(answer);
    }
    const draft = rulebookOf(policy.value, rulebook.law, 'draft');
    const found = await whatIfStored(pool, { tenant, nowMs }, { active: rulebook, draft });
    await this.#record(who, ['what-if', 'a draft policy'], patientsIn(found));
    return reply.send(answerOf(found));
  }

  async diff(request: FastifyRequest): Promise<WhatIfAnswer> {
    const { gates, pool, clock } = this.#options;
    const who = await this.#keeper(request);
    const { tenant } = who.actor;
    const body = readBody(PolicyDiffRequest, request.body);
    if (!body.ok) throw serverFault('SERVER_REQUEST_INVALID', { expression: body.error });
    const { law } = await gates.rulebook(tenant);
    const policies = new PolicyStore(tenant, pool);
    const [active, draft] = await Promise.all(
      [body.value.from, body.value.to].map(async (version) => {
        const document = await policies.find(version);
        if (document === undefined) throw serverFault('SERVER_RESOURCE_NOT_FOUND');
        return rulebookOf(document, law, `policy-${version}`);
      }),
    );
    if (active === undefined || draft === undefined) throw serverFault('SERVER_INTERNAL');
    const nowMs = clock.now().getTime();
    const found = await whatIfStored(pool, { tenant, nowMs }, { active, draft });
    const target = `policy-${body.value.from} to policy-${body.value.to}`;
    await this.#record(who, ['diff', target], patientsIn(found));
    return answerOf(found);
  }

  async #keeper(request: FastifyRequest): Promise<Audited> {
    const actor = await this.#options.verifier.actor(request.headers.authorization);
    const who = { actor, requestId: request.facts.requestId };
    request.facts.who = who;
    if (!actor.roles.some((role) => KEEPERS.has(role))) throw serverFault('SERVER_FORBIDDEN');
    return who;
  }

  /** Patients are named to the officer: each has a record of it. */
  #record(
    who: Audited,
    [interaction, target]: readonly [string, string],
    named: readonly string[],
  ): Promise<void> {
    const access = {
      interaction,
      action: 'E',
      target,
      outcome: SUCCESS,
      epoch: 0n,
      named,
    } as const;
    return this.#options.audit.accessed(who, access, []);
  }
}

const patientsIn = ({ changes }: WhatIf): readonly string[] => [
  ...new Set(changes.flatMap(({ samples }) => samples)),
];

const answerOf = ({ patients, classes, changes }: WhatIf): WhatIfAnswer => ({
  patients,
  classes,
  changes: changes.map(({ types, samples, ...change }) => ({
    ...change,
    types: [...types],
    samples: [...samples],
  })),
  findings: [],
});
