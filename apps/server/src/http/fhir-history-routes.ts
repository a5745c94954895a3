import { readHistory } from '@holdfast/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { FHIR_JSON } from './app.ts';
import { historyEntry, nameOf, notFound } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes.ts';

/** FHIR history (https://hl7.org/fhir/R4/http.html#history). */
export function registerFhirHistoryRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  app.get(
    `${FHIR_BASE}/:type/:id/_history`,
    fhirHandler(options.verifier, (exchange) => history(options, exchange)),
  );
}

async function history(
  { pool, gates, audit, baseUrl }: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const query = request.query as Record<string, string>;
  const count = Number(query['_count'] ?? 100);
  const name = nameOf(request, who);
  const page = await readHistory(pool, gates.gateSource(who.actor, 'read'), {
    ...name,
    count: Math.max(1, count || 100),
  });
  const facts = page.versions.map((version) => version.facts);
  await audit.accessed(
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
  const root = `${baseUrl()}${FHIR_BASE}`;
  const entries = page.versions.map((version) => historyEntry(root, version)).join(',');
  const body = `{"resourceType":"Bundle","type":"history","total":${page.versions.length},"entry":[${entries}]}`;
  return reply.type(FHIR_JSON).send(body);
}
