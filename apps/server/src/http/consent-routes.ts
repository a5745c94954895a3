import {
  type AccessQuestion,
  type AskedActor,
  type DecideAnswer,
  DecideRequest,
  ExplainRequest,
  type Explanation,
  readBody,
} from '@holdfast/api-contract';
import {
  type Actor,
  type ConsentDecider,
  type ConsentGates,
  explainStored,
  isRole,
} from '@holdfast/consent';
import { isResourceType, type ResourceType } from '@holdfast/fhir';
import type { Result } from '@holdfast/kernel';
import type { TokenVerifier } from '@holdfast/signin';
import type { RowFacts } from '@holdfast/store';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Pool } from 'pg';
import { type Audited, type AuditTrail, SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { explanationFor } from './consent-explanation.ts';

export interface ConsentRoutesOptions {
  readonly verifier: TokenVerifier;
  readonly gates: ConsentGates;
  readonly decider: ConsentDecider;
  readonly audit: AuditTrail;
  readonly pool: Pool;
}

/** The consent API of `@holdfast/api-contract`: decisions without the data they are about. */
export function registerConsentRoutes(app: FastifyInstance, options: ConsentRoutesOptions): void {
  const routes = new ConsentRoutes(options);
  app.post('/consent/explain', (request) => routes.explain(request));
  app.post('/consent/decide', (request) => routes.decide(request));
}

class ConsentRoutes {
  readonly #options: ConsentRoutesOptions;

  constructor(options: ConsentRoutesOptions) {
    this.#options = options;
  }

  async explain(request: FastifyRequest): Promise<Explanation> {
    const { gates, pool } = this.#options;
    const who = await this.#who(request);
    const asked = valid(readBody(ExplainRequest, request.body));
    const type = typeOf(asked, 'type');
    const { explanation, row, epoch, nowMs } = await explainStored(pool, {
      actor: await gates.wholeActor(onBehalf(who.actor, asked)),
      action: asked.action,
      patientId: asked.patient,
      type,
      id: asked.id,
      rulebook: await gates.rulebook(who.actor.tenant),
    });
    request.facts.patientId = row?.patientId ?? null;
    const target = `${type}${asked.id === undefined ? '' : `/${asked.id}`} for ${asked.action}`;
    const permitted = [explanation?.outcome === 'permit'];
    await this.#record(
      who,
      { interaction: 'explain', target, epoch },
      { asked: [asked.patient], rows: [row], permitted },
    );
    return explanationFor(who.actor, explanation, { patientId: asked.patient, nowMs });
  }

  async decide(request: FastifyRequest): Promise<DecideAnswer> {
    const who = await this.#who(request);
    const body = valid(readBody(DecideRequest, request.body));
    const asked = body.questions.map(({ patient, id, action, ...each }, index) => ({
      patientId: patient,
      type: typeOf(each, `questions[${index}].type`),
      id,
      action,
    }));
    const actor = onBehalf(who.actor, body);
    const { permitted, rows, epoch, nowMs } = await this.#options.decider.decide(actor, asked);
    const target = `${asked.length} questions for ${actor.principal}`;
    const patients = asked.map(({ patientId }) => patientId);
    await this.#record(
      who,
      { interaction: 'decide', target, epoch },
      { asked: patients, rows, permitted },
    );
    return {
      decidedAt: new Date(nowMs).toISOString(),
      verdicts: permitted.map((each) => (each ? 'permit' : 'deny')),
    };
  }

  async #who(request: FastifyRequest): Promise<Audited> {
    const actor = await this.#options.verifier.actor(request.headers.authorization);
    const who = { actor, requestId: request.facts.requestId };
    request.facts.who = who;
    return who;
  }

  #record(
    who: Audited,
    access: { readonly interaction: string; readonly target: string; readonly epoch: bigint },
    { asked: named, rows, permitted }: Answered,
  ): Promise<void> {
    const of = (answer: boolean): readonly RowFacts[] =>
      rows.flatMap((row, index) => (row !== undefined && permitted[index] === answer ? [row] : []));
    const about = { ...access, action: 'E', outcome: SUCCESS, denied: of(false), named } as const;
    return this.#options.audit.accessed(who, about, of(true));
  }
}

/** Questions about access and their answers, side by side. */
interface Answered {
  readonly asked: readonly string[];
  readonly rows: readonly (RowFacts | undefined)[];
  readonly permitted: readonly boolean[];
}

/** @throws Fault SERVER_REQUEST_INVALID */
function valid<Value>(read: Result<Value, readonly string[]>): Value {
  if (read.ok) return read.value;
  throw serverFault('SERVER_REQUEST_INVALID', { expression: read.error });
}

function typeOf({ type }: Pick<AccessQuestion, 'type'>, expression: string): ResourceType {
  if (isResourceType(type)) return type;
  throw serverFault('SERVER_REQUEST_INVALID', {
    expression: [expression],
    diagnostics: 'This is not a resource type of FHIR R4.',
  });
}

interface Behalf {
  readonly purpose?: string | undefined;
  readonly actor?: AskedActor | undefined;
}

/** For whom the question is asked: whoever signed in, unless their duty is to ask for others. */
function onBehalf(bearer: Actor, { purpose, actor: asked }: Behalf): Actor {
  const purposes = asked?.purposes ?? bearer.purposes;
  if (purpose !== undefined && !purposes.includes(purpose)) throw serverFault('SERVER_FORBIDDEN');
  const narrowed = purpose === undefined ? purposes : [purpose];
  if (asked === undefined) return { ...bearer, purposes: narrowed };
  if (!bearer.roles.some((role) => role === 'compliance-officer' || role === 'system')) {
    throw serverFault('SERVER_FORBIDDEN');
  }
  const unknown = asked.roles.find((role) => !isRole(role));
  if (unknown !== undefined) {
    throw serverFault('SERVER_REQUEST_INVALID', { expression: ['actor.roles'] });
  }
  return {
    tenant: bearer.tenant,
    principal: asked.principal,
    closure: [asked.principal, ...(asked.memberships ?? [])],
    roles: asked.roles.filter(isRole),
    purposes: narrowed,
    emergency: false,
    tokenId: bearer.tokenId,
  };
}
