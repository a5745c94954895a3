import type { ConsentGates } from '@holdfast/consent';
import { capabilityStatement } from '@holdfast/fhir';
import type { Clock, Random } from '@holdfast/kernel';
import type { TokenVerifier } from '@holdfast/signin';
import {
  type CursorSeal,
  type Dictionary,
  type FhirRepository,
  type ReadOutcome,
  read,
  readVersion,
} from '@holdfast/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Pool } from 'pg';
import type { AuditTrail } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { FHIR_JSON } from './app.ts';
import { isNotModified } from './conditional-read.ts';
import { nameOf, notFound, type Params, withVersion } from './fhir-exchange.ts';
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
  app.get(
    path('/:type/:id'),
    handler((exchange) => routes.read(exchange)),
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
    if (isNotModified(request.headers, row)) return withVersion(reply, row).code(304).send();
    return withVersion(reply, row).type(FHIR_JSON).send(row.content);
  }
}
