import {
  type CompartmentType,
  expandTerminology,
  isResourceId,
  isResourceType,
  parseSearch,
  problemIssue,
  type ResourceType,
  type SearchQuery,
  type SearchScope,
  searchForm,
  type Terminology,
} from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import { search, searchCost } from '@holdfast/store';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Audited, SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { FHIR_JSON } from './app.ts';
import { invalid } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { refuseUnknown } from './refuse-unknown.ts';
import { actorFor } from './scoped-actor.ts';
import { searchBundle } from './search-bundle.ts';
import { searchEvidence } from './search-evidence.ts';
import { terminologyOf } from './terminology-of.ts';

interface SearchPath {
  readonly type?: string;
  readonly id?: string;
  /** What to search in the compartment `type/id`: a type, or `*`. */
  readonly within?: string;
}

/**
 * FHIR search (https://hl7.org/fhir/R4/http.html#search): of a type, of a compartment, of everything;
 * by GET, or by POST `_search` where what is asked for should not stand in addresses.
 */
export function registerFhirSearchRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  const handler = fhirHandler(options, answer);
  for (const path of ['', '/:type', '/:type/:id/:within']) {
    app.get(`${FHIR_BASE}${path}`, handler);
    app.post(`${FHIR_BASE}${path}/_search`, handler);
  }
}

async function answer(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const text = await searchset(options, who, {
    place: request.params as SearchPath,
    parameters: parametersOf(request),
    strict: isStrict(request),
  });
  return reply.type(FHIR_JSON).send(text);
}

export interface SearchAsked {
  readonly place: SearchPath;
  readonly parameters: URLSearchParams;
  /** Parameters that are not understood are refused. */
  readonly strict: boolean;
  /** Where a search within a bundle runs; one by itself runs where its cost lets it. */
  readonly db?: Queryable;
}

/** A page of a search as a Bundle's text, decided and recorded. */
export async function searchset(
  options: FhirRoutesOptions,
  who: Audited,
  { place, parameters, strict, db: given }: SearchAsked,
): Promise<string> {
  const { dictionary, seal, gates, audit, baseUrl, service } = options;
  const before = given ?? options.pool;
  const { scope, path } = scopeOf(place);
  const root = `${baseUrl()}${FHIR_BASE}`;
  const ofLog = logSearchOf(place);
  if (ofLog !== undefined) {
    const found = await options.auditEvents.search(who, {
      db: before,
      parameters,
      strict,
      ...ofLog,
    });
    const page = { ...found, included: [], includedCut: false, total: null, epoch: 0n };
    return searchBundle({ who, query: found.query, parameters, page, root, path });
  }
  const { tenant } = who.actor;
  const source = gates.gateSource(actorFor(who.actor, 's'), 'read');
  const terminology = terminologyOf(options, { db: before, tenant, gates: source });
  const query = await queryOf(scope, parameters, { root, strict, terminology });
  const cost = searchCost(query);
  if (given !== undefined) service?.allow(cost);
  const db = given ?? (await service?.weigh(cost)) ?? before;
  const asked = { db, tenant, gates: source };
  const page = await search(query, { dictionary, seal, ...asked });
  await audit.accessed(
    who,
    {
      interaction: path === '' ? 'search-system' : 'search-type',
      action: 'E',
      target: `${path.slice(1)}?${parameters.toString()}`,
      outcome: SUCCESS,
      ...(await searchEvidence(query, page, asked)),
    },
    [...page.versions, ...page.included].map((version) => version.facts),
  );
  return searchBundle({ who, query, parameters, page, root, path });
}

/** Audit events by type, or of one patient, are read from the log; undefined for all else. */
function logSearchOf({ type, id, within }: SearchPath): { compartment?: string } | undefined {
  if (type === 'AuditEvent' && id === undefined) return {};
  if (type === 'Patient' && within === 'AuditEvent' && id !== undefined) return { compartment: id };
  return undefined;
}

const COMPARTMENTS: ReadonlySet<string> = new Set<CompartmentType>([
  'Patient',
  'Encounter',
  'Practitioner',
  'RelatedPerson',
  'Device',
]);
const isCompartment = (type: string): type is CompartmentType => COMPARTMENTS.has(type);

function scopeOf({ type, id, within }: SearchPath): { scope: SearchScope; path: string } {
  if (type === undefined) return { scope: { types: [] }, path: '' };
  if (id === undefined) return { scope: { types: [knownType(type)] }, path: `/${type}` };
  if (within === undefined || !isCompartment(type)) throw serverFault('SERVER_UNKNOWN_ROUTE');
  if (!isResourceId(id)) throw serverFault('SERVER_ID_INVALID', { expression: [`${type}.id`] });
  const types = within === '*' ? [] : [knownType(within)];
  return { scope: { types, compartment: { type, id } }, path: `/${type}/${id}/${within}` };
}

function knownType(type: string): ResourceType {
  if (!isResourceType(type)) throw serverFault('SERVER_UNKNOWN_TYPE');
  return type;
}

function parametersOf(request: FastifyRequest): URLSearchParams {
  const query = request.url.split('?', 2)[1] ?? '';
  return searchForm(query, typeof request.body === 'string' ? request.body : '');
}

/** https://hl7.org/fhir/R4/search.html#errors */
export const isStrict = ({ headers }: FastifyRequest): boolean =>
  /(?:^|[,;\s])handling=strict\b/.test(String(headers['prefer'] ?? ''));

interface Reading {
  readonly root: string;
  readonly strict: boolean;
  readonly terminology: Terminology;
}

async function queryOf(
  scope: SearchScope,
  parameters: URLSearchParams,
  { root, strict, terminology }: Reading,
): Promise<SearchQuery> {
  const parsed = parseSearch(scope, parameters, { base: `${root}/` });
  if (!parsed.ok) throw invalid(400, parsed.error.map(problemIssue));
  const expanded = await expandTerminology(parsed.value, terminology);
  if (!expanded.ok) throw invalid(400, expanded.error.map(problemIssue));
  const query = expanded.value;
  if (strict) refuseUnknown(query);
  return query;
}
