import type { Resource } from '@holdfast/fhir';
import { extractIndexEntries } from '@holdfast/fhir';
import type { SubscriptionModel } from '../model/subscription.ts';
import {
  type NotificationParts,
  notificationBundle,
  type SentResource,
} from '../notification/notification-bundle.ts';
import type { NotificationType, NotifiedEvent } from '../notification/status-parameters.ts';
import type { Message, Records, Subscriber } from '../ports.ts';
import type { NumberedEvent, SubscriptionRecord } from '../postgres/subscription-store.ts';

type EventType = 'event-notification' | 'query-event';

/** A subscription with what is needed to write to its subscriber. */
export interface Addressee {
  readonly record: SubscriptionRecord;
  readonly model: SubscriptionModel;
  readonly subscriber: Subscriber;
}

export interface ComposeParts {
  readonly records: Records;
  /** This server's FHIR base ending in `/`. */
  readonly base: string;
  readonly at: Date;
  /** A fresh UUID. */
  readonly id: string;
}

/** A notification without events: a handshake, a heartbeat, or the answer to a question. */
export function composeStatus(
  { record, model }: Pick<Addressee, 'record' | 'model'>,
  type: NotificationType,
  parts: Pick<ComposeParts, 'base' | 'at' | 'id'>,
): NotificationParts {
  return {
    id: parts.id,
    at: parts.at,
    status: {
      subscription: `${parts.base}Subscription/${record.id}`,
      topic: model.topic,
      status: record.status,
      type,
      eventsSinceStart: record.events,
      events: [],
      error: record.error,
      content: model.content,
    },
    resources: [],
  };
}

/**
 * A notification of events, each decided anew for its subscriber as it is written. One that may not
 * be had any more keeps its number and says nothing else, so that no hole tells of it and none is
 * taken for a loss.
 */
export async function composeEvents(
  to: Addressee,
  { events, type }: { readonly events: readonly NumberedEvent[]; readonly type: EventType },
  parts: ComposeParts,
): Promise<NotificationParts> {
  const notified: NotifiedEvent[] = [];
  const resources: SentResource[] = [];
  for (const event of events) {
    const released = await parts.records.release(to.subscriber, event);
    const { number, occurredAt } = event;
    if (released === null) {
      notified.push({ number, at: occurredAt, focus: null, context: [] });
      continue;
    }
    const name = `${event.type}/${event.id}`;
    const url = `${parts.base}${name}`;
    const along = await contextOf(to, { type: event.type, text: released.text }, parts);
    notified.push({ number, at: occurredAt, focus: url, context: along.map((each) => each.url) });
    resources.push({ url, name, interaction: event.interaction, text: released.text }, ...along);
  }
  const frame = composeStatus(to, type, parts);
  const last = events.at(-1)?.number ?? to.record.events;
  const status = { ...frame.status, eventsSinceStart: Math.max(last, 0), events: notified };
  return { ...frame, status, resources };
}

/** What the topic's notification shape lets come along. */
async function contextOf(
  { model, subscriber, record }: Addressee,
  { type, text }: { readonly type: string; readonly text: string | null },
  { records, base }: ComposeParts,
): Promise<SentResource[]> {
  const params = model.includes.filter((each) => each.type === type).map(({ param }) => param);
  if (params.length === 0 || text === null || model.content === 'empty') return [];
  const { references } = extractIndexEntries(JSON.parse(text) as Resource);
  const names = references.flatMap((row) =>
    params.includes(row.param) && 'id' in row ? [{ type: row.type, id: row.id }] : [],
  );
  if (names.length === 0) return [];
  const released = await records.releaseContext(subscriber, record.tenant, names);
  return released.map((each) => ({
    url: `${base}${each.type}/${each.id}`,
    name: `${each.type}/${each.id}`,
    interaction: 'read',
    text: each.text,
  }));
}

/** R4 without a topic: a call without a body, or the resource itself where a payload was asked for. */
export async function composeClassic(
  to: Addressee,
  event: NumberedEvent,
  parts: ComposeParts,
): Promise<Message | null> {
  const released = await parts.records.release(to.subscriber, event);
  if (released === null) return null;
  const { text } = released;
  const wantsBody = to.model.channel.payload !== null && text !== null;
  return {
    id: parts.id,
    bundle: null,
    resource: wantsBody ? { name: `${event.type}/${event.id}`, text } : null,
  };
}

export function messageOf(parts: NotificationParts): Message {
  return { id: parts.id, bundle: notificationBundle(parts), resource: null };
}
