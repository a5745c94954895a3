import type { JsonObject } from '@holdfast/fhir';
import { BACKPORT } from '../model/extension.ts';
import type { ContentLevel, SubscriptionStatus } from '../model/subscription.ts';

export type NotificationType =
  | 'handshake'
  | 'heartbeat'
  | 'event-notification'
  | 'query-status'
  | 'query-event';

/** One event as its subscriber is told of it. */
export interface NotifiedEvent {
  /** From 1, without holes. */
  readonly number: number;
  /** When the change happened. */
  readonly at: Date;
  /** Absolute URL; null where the subscriber may not have it (any more), or wants nothing. */
  readonly focus: string | null;
  readonly context: readonly string[];
}

export interface StatusFacts {
  /** `Subscription/ID`, absolute. */
  readonly subscription: string;
  readonly topic: string | null;
  readonly status: SubscriptionStatus;
  readonly type: NotificationType;
  /** Events since the subscription began, this one included. */
  readonly eventsSinceStart: number;
  readonly events: readonly NotifiedEvent[];
  /** Code of http://terminology.hl7.org/CodeSystem/subscription-error; null where all is well. */
  readonly error: string | null;
  readonly content: ContentLevel;
}

/**
 * The status of a subscription as R4 Parameters (backport-subscription-status-r4). Numbers are
 * strings: R4 has no integer64.
 */
export function statusParameters(facts: StatusFacts, id: string): JsonObject {
  const { subscription, topic, status, type, eventsSinceStart, events, error, content } = facts;
  // The guide would rather not have the topic told to whoever asked for nothing.
  const tellsTopic = topic !== null && (content !== 'empty' || type !== 'event-notification');
  return {
    resourceType: 'Parameters',
    id,
    meta: { profile: [`${BACKPORT}/backport-subscription-status-r4`] },
    parameter: [
      { name: 'subscription', valueReference: { reference: subscription } },
      ...(tellsTopic ? [{ name: 'topic', valueCanonical: topic }] : []),
      { name: 'status', valueCode: status },
      { name: 'type', valueCode: type },
      { name: 'events-since-subscription-start', valueString: String(eventsSinceStart) },
      ...events.map((event) => notificationEvent(event, content)),
      ...(error === null ? [] : [{ name: 'error', valueCodeableConcept: errorConcept(error) }]),
    ],
  };
}

function notificationEvent({ number, at, focus, context }: NotifiedEvent, content: ContentLevel) {
  const tells = content !== 'empty' && focus !== null;
  return {
    name: 'notification-event',
    part: [
      { name: 'event-number', valueString: String(number) },
      { name: 'timestamp', valueInstant: at.toISOString() },
      ...(tells ? [{ name: 'focus', valueReference: { reference: focus } }] : []),
      ...(tells
        ? context.map((reference) => ({
            name: 'additional-context',
            valueReference: { reference },
          }))
        : []),
    ],
  };
}

function errorConcept(code: string): JsonObject {
  return { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/subscription-error', code }] };
}
