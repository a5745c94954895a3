import type { ConsentGates } from '@holdfast/consent';
import {
  capabilityStatement,
  parseResourceBody,
  planTransaction,
  transactionResponse,
} from '@holdfast/fhir';
import { type Clock, type Random, uuidV7 } from '@holdfast/kernel';
import type { TokenVerifier } from '@holdfast/signin';
import {
  type Change,
  type CursorSeal,
  type Dictionary,
  type FhirRepository,
  type ReadOutcome,
  read,
  readHistory,
  readVersion,
  type WriteIntent,
} from '@holdfast/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Pool } from 'pg';
import type { Audited, AuditTrail } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { FHIR_JSON } from './app.ts';
import {
  body,
  entryResult,
  historyEntry,
  type Identified,
  ifMatch,
  intentOf,
  invalid,
  nameOf,
  notFound,
  type Params,
  typeOf,
  withVersion,
} from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';

export interface FhirRoutesOptions {
  readonly pool: Pool;
  readonly dictionary: Dictionary;
  readonly repository: FhirRepository;
  readonly gates: ConsentGates;
  readonly audit: AuditTrail;
  readonly verifier: TokenVerifier;
  readonly seal: CursorSeal;
  readonly clock: Clock;
  readonly random: Random;
  readonly version: string;
  /** Root of the server without a slash at its end. */
  readonly baseUrl: () => string;
}

/** FHIR R4 REST (https://hl7.org/fhir/R4/http.html): parse, ask the store, audit, answer. */
export function registerFhirRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  const routes = new FhirRoutes(options);
  const handler = (handle: (exchange: Exchange) => Promise<FastifyReply>) =>
    fhirHandler(options.verifier, handle);
  const path = (rest: string): string => `${FHIR_BASE}${rest}`;
  app.get(`${FHIR_BASE}/metadata`, async (_request, reply) => {
    const text = JSON.stringify(
      capabilityStatement({
        base: `${options.baseUrl()}${FHIR_BASE}`,
        date: options.clock.now().toISOString(),
        softwareVersion: options.version,
        interactions: [
          'read',
          'vread',
          'update',
          'delete',
          'history-instance',
          'create',
          'search-type',
        ],
        systemInteractions: ['transaction'],
        conditional: { create: false, update: false, delete: false },
      }),
    );
    return reply.type(FHIR_JSON).send(text);
  });
  app.post(
    path(''),
    handler((exchange) => routes.transaction(exchange)),
  );
  app.post(
    path('/:type'),
    handler((exchange) => routes.create(exchange)),
  );
  app.get(
    path('/:type/:id'),
    handler((exchange) => routes.read(exchange)),
  );
  app.put(
    path('/:type/:id'),
    handler((exchange) => routes.update(exchange)),
  );
  app.delete(
    path('/:type/:id'),
    handler((exchange) => routes.delete(exchange)),
  );
  app.get(
    path('/:type/:id/_history'),
    handler((exchange) => routes.history(exchange)),
  );
  app.get(
    path('/:type/:id/_history/:version'),
    handler((exchange) => routes.vread(exchange)),
  );
}

class FhirRoutes {
  readonly #options: FhirRoutesOptions;

  constructor(options: FhirRoutesOptions) {
    this.#options = options;
  }

  async read({ request, reply, who }: Exchange): Promise<FastifyReply> {
    const name = nameOf(request, who);
    const gates = this.#options.gates.gateSource(who.actor, 'read');
    const outcome = await read(this.#options.pool, gates, name);
    return this.#answerRead({ request, reply, who }, outcome, 'read');
  }

  async vread({ request, reply, who }: Exchange): Promise<FastifyReply> {
    const version = Number((request.params as Params).version);
    if (!Number.isInteger(version) || version < 1 || version > 2 ** 31 - 1) {
      throw serverFault('SERVER_ID_INVALID');
    }
    const gates = this.#options.gates.gateSource(who.actor, 'read');
    const outcome = await readVersion(this.#options.pool, gates, {
      ...nameOf(request, who),
      version,
    });
    return this.#answerRead({ request, reply, who }, outcome, 'vread');
  }

  async #answerRead(
    { request, reply, who }: Exchange,
    outcome: ReadOutcome,
    interaction: string,
  ): Promise<FastifyReply> {
    const row = outcome.kind === 'absent' ? null : outcome.version;
    const denied = outcome.kind === 'hidden';
    request.facts.denied = denied;
    request.facts.patientId = row?.facts.patientId ?? null;
    const { type, id } = request.params as Params;
    await this.#options.audit.accessed(
      who,
      {
        interaction,
        action: 'R',
        target: row === null ? `${type}/${id}` : `${type}/${id}/_history/${row.version}`,
        outcome: outcome.kind === 'found' ? 0 : 4,
        epoch: 0n,
      },
      row === null ? [] : [row.facts],
    );
    if (outcome.kind === 'gone') throw serverFault('SERVER_GONE');
    if (row === null || denied) throw notFound();
    return withVersion(reply, row).type(FHIR_JSON).send(row.content);
  }

  async history({ request, reply, who }: Exchange): Promise<FastifyReply> {
    const gates = this.#options.gates.gateSource(who.actor, 'read');
    const query = request.query as Record<string, string>;
    const count = Number(query['_count'] ?? 100);
    const name = nameOf(request, who);
    const page = await readHistory(this.#options.pool, gates, {
      ...name,
      count: Math.max(1, count || 100),
    });
    const facts = page.versions.map((version) => version.facts);
    await this.#options.audit.accessed(
      who,
      {
        interaction: 'history-instance',
        action: 'R',
        target: `${name.type}/${name.id}/_history`,
        outcome: page.exists ? 0 : 4,
        epoch: 0n,
      },
      facts,
    );
    if (!page.exists) throw notFound();
    const root = `${this.#options.baseUrl()}${FHIR_BASE}`;
    const entries = page.versions.map((version) => historyEntry(root, version)).join(',');
    const body = `{"resourceType":"Bundle","type":"history","total":${page.versions.length},"entry":[${entries}]}`;
    return reply.type(FHIR_JSON).send(body);
  }

  async create({ request, reply, who }: Exchange): Promise<FastifyReply> {
    if (request.headers['if-none-exist'] !== undefined)
      throw serverFault('SERVER_CONDITION_UNSUPPORTED');
    const resource = body(request, typeOf(request));
    const { clock, random } = this.#options;
    const intent: WriteIntent = {
      kind: 'create',
      resource: { ...resource, id: uuidV7(clock, random) },
    };
    const [change] = await this.#write([intent], who);
    return this.#answerWrite(reply, change, 201);
  }

  async update({ request, reply, who }: Exchange): Promise<FastifyReply> {
    const { type, id } = nameOf(request, who);
    const resource = body(request, type);
    if (resource.id !== id) {
      throw serverFault('SERVER_ID_MISMATCH', { expression: [`${type}.id`] });
    }
    const intent: WriteIntent = {
      kind: 'put',
      resource: resource as Identified,
      ifMatch: ifMatch(request),
    };
    const [change] = await this.#write([intent], who);
    return this.#answerWrite(reply, change, change?.interaction === 'create' ? 201 : 200);
  }

  async delete({ request, reply, who }: Exchange): Promise<FastifyReply> {
    const { type, id } = nameOf(request, who);
    await this.#write([{ kind: 'delete', type, id, ifMatch: ifMatch(request) }], who);
    return reply.code(204).send();
  }

  async transaction({ request, reply, who }: Exchange): Promise<FastifyReply> {
    const parsed = parseResourceBody(request.body as string, { type: 'Bundle' });
    if (!parsed.ok) throw invalid(400, parsed.error);
    const { clock, random, baseUrl } = this.#options;
    const plan = planTransaction(parsed.value, {
      newId: () => uuidV7(clock, random),
      base: `${baseUrl()}${FHIR_BASE}/`,
    });
    if (!plan.ok) throw invalid(400, plan.error);
    const { kind, entries, conditionalReferences } = plan.value;
    if (kind !== 'transaction' || conditionalReferences.length > 0) {
      throw serverFault('SERVER_CONDITION_UNSUPPORTED');
    }
    const intents = entries.map(intentOf);
    const changes = await this.#write(intents, who);
    const byName = new Map(changes.map((change) => [`${change.type}/${change.id}`, change]));
    const results = entries.map((entry) => entryResult(entry, byName));
    return reply.type(FHIR_JSON).send(transactionResponse(kind, results));
  }

  #write(intents: readonly WriteIntent[], who: Audited): Promise<readonly Change[]> {
    const { gates, repository, audit } = this.#options;
    return repository.write(intents, {
      gates: gates.gateSource(who.actor, 'write'),
      actor: who.actor.principal,
      requestId: who.requestId,
      audit: audit.forWrite(who),
    });
  }

  #answerWrite(reply: FastifyReply, change: Change | undefined, status: number): FastifyReply {
    if (change === undefined) throw serverFault('SERVER_INTERNAL');
    const location = `${this.#options.baseUrl()}${FHIR_BASE}/${change.type}/${change.id}/_history/${change.version}`;
    return withVersion(reply, change)
      .code(status)
      .header('location', location)
      .type(FHIR_JSON)
      .send(change.content);
  }
}
