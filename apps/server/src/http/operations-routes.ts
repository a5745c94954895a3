import {
  ENDPOINTS,
  type Overview,
  openApiDocument,
  outcomeOf,
  type Readiness,
  readBody,
  TokenRequest,
} from '@holdfast/api-contract';
import type { Actor } from '@holdfast/consent';
import {
  type DevelopmentIssuer,
  type Persona,
  signinFault,
  type TokenVerifier,
} from '@holdfast/signin';
import {
  CAUSES,
  type SignalId,
  type SignalRecorder,
  type SignalSummary,
} from '@holdfast/visibility';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AuditTrail } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import type { LedgerState } from '../ledger-watch.ts';

export interface OperationsRoutesOptions {
  readonly verifier: TokenVerifier;
  /** Absent in production. */
  readonly issuer: DevelopmentIssuer | undefined;
  readonly overview: () => Promise<Overview>;
  readonly signals: SignalRecorder;
  readonly audit: AuditTrail;
  readonly databaseUp: () => boolean;
  /** The process is about to end. */
  readonly draining: () => boolean;
  readonly ledgerState: () => LedgerState;
  /** Of the product. */
  readonly version: string;
}

const LEDGER_CHECK: Readonly<Record<LedgerState, Omit<Readiness['checks'][number], 'name'>>> = {
  ok: { state: 'ok' },
  behind: { state: 'ok', text: 'Records wait for a signed checkpoint longer than they should.' },
  halted: {
    state: 'failed',
    text: 'The stored log contradicts its checkpoint, or other keys signed it; the log says which.',
  },
};

const DRAINING: Readiness['checks'][number] = {
  name: 'process',
  state: 'failed',
  text: 'This process is about to end: send further requests to another one.',
};

const OPERATORS: ReadonlySet<string> = new Set(ENDPOINTS.readOverview.roles);

/** The non-FHIR surface of `@holdfast/api-contract`. */
export function registerOperationsRoutes(
  app: FastifyInstance,
  options: OperationsRoutesOptions,
): void {
  const { verifier, overview, signals, audit, databaseUp, ledgerState } = options;
  const operator = async (request: FastifyRequest): Promise<Actor> => {
    request.facts.unmetered = true;
    const actor = await verifier.actor(request.headers.authorization);
    request.facts.who = { actor, requestId: request.facts.requestId };
    if (!actor.roles.some((role) => OPERATORS.has(role))) throw serverFault('SERVER_FORBIDDEN');
    return actor;
  };

  const document = openApiDocument(options.version);
  app.get('/openapi.json', async (request) => {
    request.facts.unmetered = true;
    return document;
  });
  app.get('/health/live', async (request) => {
    request.facts.unmetered = true;
    return { state: 'live' };
  });
  app.get('/health/ready', async (request, reply) => {
    request.facts.unmetered = true;
    const up = databaseUp();
    const ledger = ledgerState();
    const draining = options.draining();
    const ready = up && ledger !== 'halted' && !draining;
    const answer: Readiness = {
      state: ready ? 'ready' : 'not-ready',
      checks: [
        { name: 'database', state: up ? 'ok' : 'failed' },
        { name: 'ledger', ...LEDGER_CHECK[ledger] },
        ...(draining ? [DRAINING] : []),
      ],
    };
    return reply.code(ready ? 200 : 503).send(answer);
  });
  app.get('/operations/overview', async (request) => {
    await operator(request);
    return overview();
  });
  app.get('/operations/signals', async (request) => {
    await operator(request);
    const state = (request.query as Record<string, string>)['state'] ?? 'open';
    const wanted = signals
      .list()
      .filter((s) => state === 'all' || (s.resolvedAt === null) === (state === 'open'));
    return { signals: wanted.map(signalOf) };
  });
  app.get('/operations/signals/:id', async (request) => {
    const actor = await operator(request);
    const { id } = request.params as { id: SignalId };
    const signal = signals.get(id);
    if (signal === null) throw serverFault('SERVER_RESOURCE_NOT_FOUND');
    await audit.named(
      { actor, requestId: request.facts.requestId },
      { interaction: 'read-signal', target: `signal/${id}` },
      signal.patients,
    );
    return {
      ...signalOf(signal),
      patients: { count: signal.patientCount, ids: signal.patients },
    };
  });
  registerDevelopmentSignIn(app, options.issuer);
}

function registerDevelopmentSignIn(
  app: FastifyInstance,
  issuer: DevelopmentIssuer | undefined,
): void {
  const present = (): DevelopmentIssuer => {
    if (issuer === undefined) throw signinFault('SIGNIN_DEVELOPMENT_ONLY');
    return issuer;
  };
  app.get('/development/personas', async (request) => {
    request.facts.unmetered = true;
    return present().personas.map(personaOf);
  });
  app.post('/development/token', async (request, reply) => {
    request.facts.unmetered = true;
    const from = present();
    const parsed = readBody(TokenRequest, request.body);
    if (!parsed.ok) {
      const fault = serverFault('SERVER_BODY_INVALID', {
        expression: ['persona'],
        diagnostics: 'Name a persona.',
      });
      return reply.code(400).send(outcomeOf(fault));
    }
    const issued = await from.issue(parsed.value.persona, parsed.value.purpose);
    return {
      access_token: issued.accessToken,
      token_type: 'Bearer',
      expires_in: issued.expiresInSeconds,
      scope: 'user/*.cruds',
      persona: personaOf(issued.persona),
    };
  });
}

function personaOf({ id, name, description, claims }: Persona) {
  return {
    id,
    name,
    role: claims.roles[0] ?? 'system',
    purposes: [...claims.purposes],
    description,
    ...(claims.patient === undefined ? {} : { patientId: claims.patient }),
  };
}

/** A signal as lists have it: how many patients it reached, never who (VIS-6). */
export function signalOf(summary: SignalSummary): Overview['signals'][number] {
  const cause = CAUSES[summary.cause];
  return {
    id: summary.id,
    cause: summary.cause,
    component: summary.component,
    ...(summary.dependency === null ? {} : { dependency: summary.dependency }),
    severity: cause.severity,
    openedAt: summary.openedAt.toISOString(),
    lastSeenAt: summary.lastSeenAt.toISOString(),
    ...(summary.resolvedAt === null ? {} : { resolvedAt: summary.resolvedAt.toISOString() }),
    occurrences: summary.occurrences,
    outcome: summary.outcome,
    tenant: summary.tenant ?? 1,
    summary: cause.summary,
    nextStep: cause.nextStep,
    patients: { count: summary.patientCount },
  };
}
