import { isResourceId, searchForm } from '@holdfast/fhir';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { FHIR_JSON } from './app.ts';
import { isNotModified } from './conditional-read.ts';
import { notFound, withVersion } from './fhir-exchange.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import { isStrict } from './fhir-search-routes.ts';
import {
  registerSubscriptionOperations,
  type SubscriptionRoutesOptions,
} from './subscription-operations.ts';
import { ownSubscription, ownSubscriptions } from './subscription-reads.ts';
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
  app.post(`${PATH}/_search`, fhirHandler(options, search));
  app.get(`${PATH}/:id`, fhirHandler(options, readOwn));
  registerSubscriptionOperations(app, options);
  acceptWebsockets(app, options.subscriptions.websockets);
}

async function readOwn(
  options: SubscriptionRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const { id } = request.params as { id: string };
  if (!isResourceId(id)) throw notFound();
  const version = await ownSubscription(options, who, { id, db: options.pool });
  withVersion(reply, version);
  if (isNotModified(request.headers, version)) return reply.code(304).send();
  return reply.type(FHIR_JSON).send(version.content);
}

async function search(
  options: SubscriptionRoutesOptions,
  { request, reply, who }: Exchange,
): Promise<FastifyReply> {
  const form = typeof request.body === 'string' ? request.body : '';
  const parameters = searchForm(request.url.split('?', 2)[1] ?? '', form);
  const asked = { parameters, strict: isStrict(request), db: options.pool };
  return reply.type(FHIR_JSON).send(await ownSubscriptions(options, who, asked));
}
