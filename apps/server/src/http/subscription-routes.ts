import { searchsetBundle } from '@holdfast/fhir';
import { read, type StoredVersion } from '@holdfast/store';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { OPEN } from '../workers/subscription-records.ts';
import { FHIR_JSON } from './app.ts';
import { notFound, withVersion } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import {
  registerSubscriptionOperations,
  type SubscriptionRoutesOptions,
} from './subscription-operations.ts';
import { acceptWebsockets } from './subscription-websocket.ts';

const PATH = `${FHIR_BASE}/Subscription`;

/**
 * What is special about Subscriptions (Backport 1.1): they are read by their own subscriber only,
 * since they say whom somebody watches, and they have operations. Written like everything else.
 */
export function registerSubscriptionRoutes(
  app: FastifyInstance,
  options: SubscriptionRoutesOptions,
): void {
  app.get(PATH, fhirHandler(options, search));
  app.get(`${PATH}/:id`, fhirHandler(options, readOwn));
  registerSubscriptionOperations(app, options);
  acceptWebsockets(app, options.subscriptions.websockets);
}

async function readOwn(
  options: SubscriptionRoutesOptions,
  exchange: Exchange,
): Promise<FastifyReply> {
  const { request, reply, who } = exchange;
  const { tenant, principal } = who.actor;
  const { id } = request.params as { id: string };
  await options.subscriptions.operations.own({ tenant, id }, principal);
  const version = await stored(options, exchange, id);
  if (version === null) throw notFound();
  await noted(options, exchange, {
    interaction: 'read',
    action: 'R',
    target: `Subscription/${id}`,
  });
  return withVersion(reply, version).type(FHIR_JSON).send(version.content);
}

async function search(
  options: SubscriptionRoutesOptions,
  exchange: Exchange,
): Promise<FastifyReply> {
  const { request, reply, who } = exchange;
  const { tenant, principal } = who.actor;
  const query = request.url.split('?', 2)[1] ?? '';
  const ids = await options.subscriptions.operations.search(tenant, principal, query);
  const found = await Promise.all(ids.map((id) => stored(options, exchange, id)));
  const root = `${options.baseUrl()}${FHIR_BASE}`;
  const target = `Subscription?${query}`;
  await noted(options, exchange, { interaction: 'search-type', action: 'E', target });
  const body = searchsetBundle({
    links: [{ relation: 'self', url: `${root}/${target}` }],
    entries: found.flatMap((version) =>
      version === null
        ? []
        : [
            {
              fullUrl: `${root}/Subscription/${version.id}`,
              text: version.content ?? '{}',
              mode: 'match' as const,
            },
          ],
    ),
    issues: [],
  });
  return reply.type(FHIR_JSON).send(body);
}

async function stored(
  { pool }: SubscriptionRoutesOptions,
  { who }: Exchange,
  id: string,
): Promise<StoredVersion | null> {
  const name = { tenant: who.actor.tenant, type: 'Subscription', id } as const;
  const outcome = await read(pool, OPEN, name);
  return outcome.kind === 'found' ? outcome.version : null;
}

function noted(
  { audit }: SubscriptionRoutesOptions,
  { who }: Exchange,
  access: { readonly interaction: string; readonly action: 'R' | 'E'; readonly target: string },
): Promise<void> {
  return audit.accessed(who, { ...access, outcome: 0, epoch: 0n }, []);
}
