import { type EverythingAddress, isResourceId, problemIssue, readEverything } from '@holdfast/fhir';
import { read, search } from '@holdfast/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { MINOR, SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { FHIR_JSON } from './app.ts';
import { invalid } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import { releasedOf } from './fhir-read.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { isStrict } from './fhir-search-routes.ts';
import { operationQuery } from './operation-parameters.ts';
import { refuseUnknown } from './refuse-unknown.ts';
import { searchBundle } from './search-bundle.ts';

/** `$everything` of a patient and of an encounter, by GET and by POST. */
export function registerFhirEverythingRoutes(
  app: FastifyInstance,
  options: FhirRoutesOptions,
): void {
  for (const type of ['Patient', 'Encounter'] as const) {
    const handler = fhirHandler(options, (served, exchange) => everything(served, exchange, type));
    const path = `${FHIR_BASE}/${type}/:id/$everything`;
    app.get(path, handler);
    app.post(path, handler);
  }
}

async function everything(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
  type: EverythingAddress['type'],
): Promise<FastifyReply> {
  const { dictionary, seal, gates, audit, baseUrl, pool } = options;
  const { id } = request.params as { readonly id: string };
  if (!isResourceId(id)) throw serverFault('SERVER_ID_INVALID', { expression: [`${type}.id`] });
  const parameters = operationQuery(request);
  const query = readEverything({ type, id }, parameters);
  if (!query.ok) throw invalid(400, query.error.map(problemIssue));
  if (isStrict(request)) refuseUnknown(query.value);
  const { tenant } = who.actor;
  const at = { db: pool, tenant, gates: gates.gateSource(who.actor, 'read') };
  const path = `/${type}/${id}/$everything`;
  const access = {
    interaction: 'operation-everything',
    action: 'E',
    target: `${path.slice(1)}?${parameters.toString()}`,
    named: type === 'Patient' ? [id] : [],
  } as const;
  const root = await read(at.db, at.gates, { tenant, type, id });
  request.facts.patientId = root.kind === 'absent' ? null : root.version.facts.patientId;
  if (root.kind !== 'found') {
    const hidden = root.kind === 'hidden' ? [root.version.facts] : [];
    await audit.accessed(who, { ...access, outcome: MINOR, epoch: root.epoch, hidden }, []);
    releasedOf(who, root);
  }
  const page = await search(query.value, { dictionary, seal, ...at });
  const rows = [...page.versions, ...page.included].map(({ facts }) => facts);
  await audit.accessed(who, { ...access, outcome: SUCCESS, epoch: page.epoch }, rows);
  const answer = {
    who,
    query: query.value,
    parameters,
    page,
    root: `${baseUrl()}${FHIR_BASE}`,
    path,
  };
  return reply.type(FHIR_JSON).send(searchBundle(answer));
}
