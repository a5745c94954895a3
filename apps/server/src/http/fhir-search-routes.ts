import { parseSearch, problemIssue, searchsetBundle } from '@holdfast/fhir';
import { search } from '@holdfast/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { FHIR_JSON } from './app.ts';
import { invalid, typeOf } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes.ts';

/** FHIR search (https://hl7.org/fhir/R4/http.html#search). */
export function registerFhirSearchRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  app.get(
    `${FHIR_BASE}/:type`,
    fhirHandler(options.verifier, (exchange) => searchType(options, exchange)),
  );
}

async function searchType(
  { pool, dictionary, seal, gates, audit, baseUrl }: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const type = typeOf(request);
  const text = request.url.split('?', 2)[1] ?? '';
  const root = `${baseUrl()}${FHIR_BASE}`;
  const parsed = parseSearch(type, text, { base: `${root}/` });
  if (!parsed.ok) throw invalid(400, parsed.error.map(problemIssue));
  const query = parsed.value;
  const page = await search(query, {
    db: pool,
    tenant: who.actor.tenant,
    dictionary,
    seal,
    gates: gates.gateSource(who.actor, 'read'),
  });
  await audit.accessed(
    who,
    { interaction: 'search-type', action: 'E', target: `${type}?${text}`, outcome: 0, epoch: 0n },
    page.versions.map((version) => version.facts),
  );
  const self = `${root}/${type}?${text}`;
  const rest = new URLSearchParams(text);
  if (page.next !== null) rest.set('_cursor', page.next);
  const bundle = searchsetBundle({
    ...(page.total !== null && { total: page.total.value }),
    links: [
      { relation: 'self', url: self },
      ...(page.next === null
        ? []
        : [{ relation: 'next' as const, url: `${root}/${type}?${rest.toString()}` }]),
    ],
    entries: page.versions.map((version) => ({
      fullUrl: `${root}/${version.type}/${version.id}`,
      text: version.content ?? '{}',
      mode: 'match',
    })),
    issues: query.unknown.map((parameter) => ({
      severity: 'warning',
      code: 'not-supported',
      diagnostics: `${parameter}: this parameter was ignored`,
    })),
  });
  return reply.type(FHIR_JSON).send(bundle);
}
