import { operationOutcome } from '@holdfast/fhir';
import {
  type ContentLevel,
  SUBSCRIPTION_LIMITS,
  type SubscriptionOperations,
  subscriptionFault,
  type WebsocketDesk,
} from '@holdfast/subscriptions';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { subscriberOf } from '../workers/subscription-records.ts';
import { FHIR_JSON } from './app.ts';
import { type Exchange, FHIR_BASE, fhirHandler } from './fhir-handler.ts';
import type { FhirRoutesOptions } from './fhir-routes-options.ts';
import { type Asked, parametersOf } from './operation-parameters.ts';
import { WEBSOCKET_PATH } from './subscription-websocket.ts';

export interface SubscriptionRoutesOptions extends FhirRoutesOptions {
  readonly subscriptions: {
    readonly operations: SubscriptionOperations;
    readonly websockets: WebsocketDesk;
  };
}

const PATH = `${FHIR_BASE}/Subscription`;
const LEVELS: readonly string[] = ['empty', 'id-only', 'full-resource'];

/** Operations on subscriptions, for their own subscriber, by GET and by POST. */
export function registerSubscriptionOperations(
  app: FastifyInstance,
  options: SubscriptionRoutesOptions,
): void {
  const { operations } = options.subscriptions;
  const operation = (
    paths: readonly string[],
    run: (operations: SubscriptionOperations, exchange: Exchange) => Promise<string>,
  ): void => {
    const handler = fhirHandler(options, async (_served, exchange): Promise<FastifyReply> => {
      const { tenant, principal } = exchange.who.actor;
      const id = idOf(exchange);
      if (id !== null) await operations.own({ tenant, id }, principal);
      return exchange.reply.type(FHIR_JSON).send(await run(operations, exchange));
    });
    for (const path of paths) {
      app.get(path, handler);
      app.post(path, handler);
    }
  };
  operation([`${PATH}/$status`, `${PATH}/:id/$status`], status);
  operation([`${PATH}/:id/$events`], events);
  operation([`${PATH}/:id/$resend`], resend);
  operation([`${PATH}/:id/$signing-secret`], signingSecret);
  const token = (of: SubscriptionOperations, exchange: Exchange) =>
    bindingToken(of, exchange, options.baseUrl());
  operation([`${PATH}/$get-ws-binding-token`, `${PATH}/:id/$get-ws-binding-token`], token);
}

function idOf({ request }: Exchange): string | null {
  return (request.params as { id?: string }).id ?? null;
}

function nameOf(exchange: Exchange) {
  return { tenant: exchange.who.actor.tenant, id: idOf(exchange) ?? '' };
}

function status(operations: SubscriptionOperations, exchange: Exchange): Promise<string> {
  const { tenant, principal } = exchange.who.actor;
  const asked = parametersOf(exchange.request);
  const id = idOf(exchange);
  const ids = id === null ? asked.all('id') : [id];
  const statuses = asked.all('status');
  const some = (list: string[]) => (list.length === 0 ? null : list);
  return operations.status({ tenant, principal }, some(ids), some(statuses));
}

function events(operations: SubscriptionOperations, exchange: Exchange): Promise<string> {
  const asked = parametersOf(exchange.request);
  const content = asked.one('content');
  if (content !== null && !LEVELS.includes(content)) {
    throw subscriptionFault('SUBSCRIPTION_RANGE_INVALID', { expression: ['content'] });
  }
  const caller = subscriberOf(exchange.who.actor);
  const level = content as ContentLevel | null; // membership was just checked
  return operations.events(nameOf(exchange), rangeOf(asked), { caller, content: level });
}

async function resend(operations: SubscriptionOperations, exchange: Exchange): Promise<string> {
  const range = rangeOf(parametersOf(exchange.request));
  const signal = AbortSignal.timeout(SUBSCRIPTION_LIMITS.timeoutMaxMs);
  const sent = await operations.resend(nameOf(exchange), range, signal);
  if (sent.kind === 'failed') throw subscriptionFault('SUBSCRIPTION_NOT_TAKEN');
  const diagnostics = 'The events were sent again.';
  return JSON.stringify(
    operationOutcome([{ severity: 'information', code: 'informational', diagnostics }]),
  );
}

async function bindingToken(
  operations: SubscriptionOperations,
  exchange: Exchange,
  baseUrl: string,
): Promise<string> {
  const { tenant, principal } = exchange.who.actor;
  const id = idOf(exchange);
  const ids = id === null ? parametersOf(exchange.request).all('id') : [id];
  const url = `${baseUrl.replace(/^http/, 'ws')}${WEBSOCKET_PATH}`;
  return JSON.stringify(await operations.bindingToken({ tenant, principal }, ids, url));
}

async function signingSecret(
  operations: SubscriptionOperations,
  exchange: Exchange,
): Promise<string> {
  const { tenant, id } = nameOf(exchange);
  const parameter = [{ name: 'secret', valueString: operations.signingSecret(tenant, id) }];
  return JSON.stringify({ resourceType: 'Parameters', parameter });
}

function rangeOf(asked: Asked) {
  const [from, to] = [asked.one('eventsSinceNumber'), asked.one('eventsUntilNumber')];
  return {
    from: from === null ? 1 : Number(from),
    to: to === null ? null : Number(to),
    since: instantOf(asked, 'eventsSinceInstant'),
    until: instantOf(asked, 'eventsUntilInstant'),
  };
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** @throws Fault SUBSCRIPTION_RANGE_INVALID: one that was not understood would send everything */
function instantOf(asked: Asked, name: string): Date | null {
  const text = asked.one(name);
  if (text === null) return null;
  const instant = new Date(text);
  if (INSTANT.test(text) && !Number.isNaN(instant.getTime())) return instant;
  throw subscriptionFault('SUBSCRIPTION_RANGE_INVALID', { expression: [name] });
}
