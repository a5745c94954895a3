import {
  type CardOutcomeList,
  type CdsCards,
  CdsFeedback,
  CdsRequest,
  type CdsServices,
  ENDPOINTS,
  readBody,
} from '@holdfast/api-contract';
import {
  type CardFeedback,
  cardOutcomes,
  cardsOf,
  patientOfInference,
  RESULT_SYSTEM,
  recordCardFeedback,
  recordsBehind,
  type StoredResult,
  shippedPipelines,
} from '@holdfast/inference';
import type { Result } from '@holdfast/kernel';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Audited, SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { CARD_OUTCOME_DAYS, CARD_RESULTS_READ } from '../limits.ts';
import { askingActor } from './asking-actor.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { searchset } from './fhir-search-routes.ts';

type Service = CdsServices['services'][number];

const SHARED = {
  title: 'Risk scores of the patient',
  description:
    'What the scores said last of this patient: NEWS2, qSOFA, critical values, PHQ-9 and others',
  usageRequirements:
    'Call it with a bearer token of this server: cards show what its bearer may see, and no more.',
};
const SERVICES: readonly Service[] = [
  { ...SHARED, hook: 'patient-view', id: 'patient-risk' },
  { ...SHARED, hook: 'encounter-start', id: 'encounter-risk' },
];

const DAY_MS = 24 * 60 * 60 * 1_000;
const READERS: ReadonlySet<string> = new Set(ENDPOINTS.readCardOutcomes.roles);

/** CDS Hooks 2.0 (https://cds-hooks.hl7.org/2.0/), as `docs/cds-hooks.md` describes it. */
export function registerCdsHooksRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  const routes = new CdsHooksRoutes(options);
  app.get('/cds-services', async (): Promise<CdsServices> => ({ services: [...SERVICES] }));
  app.post('/cds-services/:id', (request) => routes.cards(request));
  app.post('/cds-services/:id/feedback', (request) => routes.feedback(request));
  app.get('/operations/card-outcomes', (request) => routes.outcomes(request));
}

class CdsHooksRoutes {
  readonly #options: FhirRoutesOptions;

  constructor(options: FhirRoutesOptions) {
    this.#options = options;
  }

  async cards(request: FastifyRequest): Promise<CdsCards> {
    const who = await this.#who(request);
    const service = serviceOf(request);
    const { hook, context } = valid(readBody(CdsRequest, request.body));
    if (hook !== service.hook) {
      throw serverFault('SERVER_REQUEST_INVALID', {
        expression: ['hook'],
        diagnostics: `This service is for the hook ${service.hook}.`,
      });
    }
    const { patientId } = context;
    request.facts.patientId = patientId;
    const results = await this.#results(who, patientId);
    const now = this.#options.clock.now();
    return { cards: cardsOf(results, { pipelines: shippedPipelines, now }).map(plain) };
  }

  async feedback(request: FastifyRequest): Promise<object> {
    const { audit, pool } = this.#options;
    const who = await this.#who(request);
    const service = serviceOf(request);
    const { feedback } = valid(readBody(CdsFeedback, request.body));
    const patients = await Promise.all(
      feedback.map(({ card }, nth) => this.#patientOfCard(who, card, nth)),
    );
    const { tenant, principal } = who.actor;
    await recordCardFeedback(
      pool,
      { tenant, service: service.id, actor: principal },
      feedback.map(told),
    );
    const access = {
      interaction: 'cds-feedback',
      action: 'C',
      target: `cds-services/${service.id}/feedback`,
      outcome: SUCCESS,
      epoch: 0n,
      named: [...new Set(patients)],
    } as const;
    await audit.accessed(who, access, []);
    return {};
  }

  async outcomes(request: FastifyRequest): Promise<CardOutcomeList> {
    const { pool, clock } = this.#options;
    const { actor } = await this.#who(request);
    if (!actor.roles.some((role) => READERS.has(role))) throw serverFault('SERVER_FORBIDDEN');
    const since = new Date(clock.now().getTime() - CARD_OUTCOME_DAYS * DAY_MS);
    const pipelines = await cardOutcomes(pool, actor.tenant, since);
    return {
      since: since.toISOString(),
      pipelines: pipelines.map((each) => ({ ...each, reasons: [...each.reasons] })),
    };
  }

  async #who(request: FastifyRequest): Promise<Audited> {
    const actor = await askingActor(this.#options.verifier, request);
    const who = { actor, requestId: request.facts.requestId };
    request.facts.who = who;
    return who;
  }

  /** Decided and recorded as the search that it is. */
  async #results(who: Audited, patientId: string): Promise<readonly StoredResult[]> {
    const { pool } = this.#options;
    const released = await this.#assessments(who, {
      patient: patientId,
      _sort: '-date',
      _count: String(CARD_RESULTS_READ),
    });
    const ids = [...released.keys()];
    const records = await recordsBehind(pool, who.actor.tenant, { ids, patientId });
    return records.flatMap((record) => {
      const assessment = released.get(record.inferenceId);
      if (assessment === undefined) return [];
      const { asOf, ...shown } = assessment;
      return [{ ...record, ...shown, asOf: asOf ?? record.finishedAt }];
    });
  }

  /** @throws Fault SERVER_RESOURCE_NOT_FOUND where there is no such card for who answers it */
  async #patientOfCard(who: Audited, card: string, nth: number): Promise<string> {
    const patient = await patientOfInference(this.#options.pool, who.actor.tenant, card);
    const identifier = `${RESULT_SYSTEM}|${card}`;
    const seen = patient === null ? null : await this.#assessments(who, { patient, identifier });
    if (patient === null || seen?.has(card) !== true) {
      throw serverFault('SERVER_RESOURCE_NOT_FOUND', { expression: [`feedback[${nth}].card`] });
    }
    return patient;
  }

  /** Released RiskAssessments by the inference they came from. */
  async #assessments(
    who: Audited,
    parameters: Readonly<Record<string, string>>,
  ): Promise<ReadonlyMap<string, Shown>> {
    const text = await searchset(this.#options, who, {
      place: { type: 'RiskAssessment' },
      parameters: new URLSearchParams(parameters),
      strict: true,
      db: this.#options.pool,
    });
    const bundle = JSON.parse(text) as { readonly entry?: readonly { resource: Assessment }[] };
    const found = new Map<string, Shown>();
    for (const { resource } of bundle.entry ?? []) {
      const id = resource.identifier?.find(({ system }) => system === RESULT_SYSTEM)?.value;
      if (resource.resourceType !== 'RiskAssessment' || id === undefined) continue;
      const note = resource.note?.[0]?.text ?? '';
      const asOf = Date.parse(resource.occurrenceDateTime ?? '');
      found.set(id, {
        resource: `RiskAssessment/${resource.id}`,
        note,
        asOf: Number.isNaN(asOf) ? null : new Date(asOf),
      });
    }
    return found;
  }
}

/** What a released RiskAssessment says for a card. */
interface Shown extends Pick<StoredResult, 'resource' | 'note'> {
  /** null where it does not say. */
  readonly asOf: Date | null;
}

/** As our own pipelines store it, and whatever else clients may have stored. */
interface Assessment {
  readonly resourceType: string;
  readonly id: string;
  readonly occurrenceDateTime?: string;
  readonly identifier?: readonly { readonly system?: string; readonly value?: string }[];
  readonly note?: readonly { readonly text?: string }[];
}

function serviceOf(request: FastifyRequest): Service {
  const { id } = request.params as { readonly id: string };
  const service = SERVICES.find((each) => each.id === id);
  if (service === undefined) throw serverFault('SERVER_UNKNOWN_ROUTE');
  return service;
}

function valid<Body>(read: Result<Body, readonly string[]>): Body {
  if (read.ok) return read.value;
  throw serverFault('SERVER_REQUEST_INVALID', { expression: read.error });
}

const plain = ({ overrideReasons, ...card }: ReturnType<typeof cardsOf>[number]) => ({
  ...card,
  overrideReasons: [...overrideReasons],
});

function told(given: CdsFeedback['feedback'][number]): CardFeedback {
  const why = given.outcome === 'overridden' ? given.overrideReason : undefined;
  return {
    inferenceId: given.card,
    outcome: given.outcome,
    reason:
      why?.reason === undefined
        ? null
        : { system: why.reason.system ?? null, code: why.reason.code },
    comment: why?.userComment ?? null,
    outcomeAt: new Date(given.outcomeTimestamp),
  };
}
