import { type HistoryParameters, parseHistory, problemIssue } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import {
  type GateSource,
  type HistoryPage,
  type HistoryQuery,
  type ResourceName,
  read,
  readHistory,
} from '@holdfast/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Access, type Audited, MINOR, SUCCESS } from '../audit-trail.ts';
import { serverFault } from '../errors.ts';
import { FHIR_JSON } from './app.ts';
import { queryText } from './fhir-condition.ts';
import { invalid, nameOf, notFound, typeOf } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import { preferenceOf } from './fhir-preference.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { historyBundle } from './history-bundle.ts';
import { obliged } from './obliged.ts';

type Scope = Pick<HistoryQuery, 'type' | 'id'>;

/** FHIR history of a resource, a type and the system (https://hl7.org/fhir/R4/http.html#history). */
export function registerFhirHistoryRoutes(app: FastifyInstance, options: FhirRoutesOptions): void {
  const route = (path: string, scopeOf: (exchange: Exchange) => Scope): void => {
    app.get(
      `${FHIR_BASE}${path}`,
      fhirHandler(options, (served, exchange) => history(served, exchange, scopeOf(exchange))),
    );
  };
  route('/_history', () => ({}));
  route('/:type/_history', ({ request }) => ({ type: typeOf(request) }));
  route('/:type/:id/_history', ({ request, who }) => nameOf(request, who));
}

async function history(
  options: FhirRoutesOptions,
  { request, reply, who }: Exchange,
  scope: Scope,
): Promise<FastifyReply> {
  const query = queryText(request.url);
  const strict = preferenceOf(request.headers['prefer']).handling === 'strict';
  const asked = { scope, query, strict, db: options.pool };
  return reply.type(FHIR_JSON).send(await historyText(options, who, asked));
}

/** An instance's history as a Bundle's text, decided and recorded. */
export const instanceHistory = (
  options: FhirRoutesOptions,
  who: Audited,
  { name, query, db }: { name: ResourceName; query: string; db: Queryable },
): Promise<string> => historyText(options, who, { scope: name, query, strict: false, db });

interface Asked {
  readonly scope: Scope;
  readonly query: string;
  readonly strict: boolean;
  readonly db: Queryable;
}

async function historyText(
  { seal, gates, audit, baseUrl }: FhirRoutesOptions,
  who: Audited,
  { scope: { type, id }, query, strict, db }: Asked,
): Promise<string> {
  const parameters = parametersOf(query, strict);
  const { tenant } = who.actor;
  const source = gates.gateSource(who.actor, 'read');
  const page = await readHistory({ type, id, ...parameters }, { db, tenant, seal, gates: source });
  const path = [type, id, '_history'].filter((part) => part !== undefined).join('/');
  const level = id !== undefined ? 'instance' : type !== undefined ? 'type' : 'system';
  await audit.accessed(
    who,
    {
      interaction: `history-${level}`,
      action: 'R',
      target: query === '' ? path : `${path}?${query}`,
      outcome: page.exists ? SUCCESS : MINOR,
      epoch: page.epoch,
      ...(!page.exists && type !== undefined && id !== undefined
        ? await unseen({ tenant, type, id }, { db, gates: source })
        : {}),
    },
    page.versions.map((version) => version.facts),
  );
  if (!page.exists) throw notFound();
  const root = `${baseUrl()}${FHIR_BASE}`;
  const versions = page.versions.map((version) => obliged(who, version));
  return historyBundle(versions, {
    root,
    links: linksOf(`${root}/${path}`, query, page),
    complete: page.next === null && parameters.cursor === undefined,
  });
}

/** Whose history was refused: told apart from one that is not there in the audit alone. */
async function unseen(
  name: ResourceName,
  { db, gates }: { readonly db: Queryable; readonly gates: GateSource },
): Promise<Required<Pick<Access, 'hidden' | 'named'>>> {
  const found = await read(db, gates, name);
  return {
    hidden: found.kind === 'absent' ? [] : [found.version.facts],
    named: name.type === 'Patient' ? [name.id] : [],
  };
}

function parametersOf(query: string, strict: boolean): HistoryParameters {
  const parsed = parseHistory(query);
  if (!parsed.ok) throw invalid(400, parsed.error.map(problemIssue));
  const { unknown } = parsed.value;
  if (strict && unknown.length > 0) {
    throw serverFault('SERVER_SEARCH_INVALID', {
      diagnostics: `Not understood: ${unknown.join(', ')}.`,
    });
  }
  return parsed.value;
}

function linksOf(address: string, query: string, { next }: HistoryPage) {
  const self = { relation: 'self', url: query === '' ? address : `${address}?${query}` };
  if (next === null) return [self];
  const rest = new URLSearchParams(query);
  rest.set('_cursor', next);
  return [self, { relation: 'next', url: `${address}?${rest.toString()}` }];
}
