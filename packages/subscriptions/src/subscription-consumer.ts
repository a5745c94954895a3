import { type AnyConsumer, consumerOf, defineConsumer, type RecordedEvent } from '@holdfast/events';
import { extractIndexEntries, type Resource } from '@holdfast/fhir';
import type { Queryable } from '@holdfast/postgres';
import type { DeliveryDesk } from './delivery/delivery-desk.ts';
import { SUBSCRIPTION_LIMITS } from './limits.ts';
import type { Indexed } from './matching/meets-criteria.ts';
import type { ObservedChange } from './matching/trigger.ts';
import type { SubscriptionModel } from './model/subscription.ts';
import type { DueSubscriber, Focus, Records, Subscriber } from './ports.ts';
import {
  forgetSubscription,
  knowledgeOf,
  numberEvent,
  recordSubscription,
  recordTopic,
  type SubscriptionRecord,
  type SubscriptionStore,
  type TenantKnowledge,
} from './postgres/subscription-store.ts';
import type { BookEntry, SubscriptionBook } from './subscription-book.ts';

export interface SubscriptionConsumerParts {
  readonly records: Records;
  readonly store: SubscriptionStore;
  readonly book: SubscriptionBook;
  readonly desk: DeliveryDesk;
  /** FHIR reference of who publishes statuses: its own writes are no client's wish. */
  readonly self: string;
}

/** What an event is about, found out before the transaction. */
type Finding =
  | { readonly kind: 'subscription'; readonly resource: string | null }
  | { readonly kind: 'topic'; readonly resource: string | null }
  | { readonly kind: 'matched'; readonly ids: readonly string[] };

/** What the transaction came to: the book follows once it is committed. */
type Outcome =
  | { readonly kind: 'numbered'; readonly ids: readonly string[] }
  | { readonly kind: 'subscribed'; readonly record: SubscriptionRecord }
  | { readonly kind: 'ended' }
  | { readonly kind: 'relearnt'; readonly knowledge: TenantKnowledge }
  | { readonly kind: 'nothing' };

/**
 * The consumer group: keeps subscriptions and topics as the log tells of them, and numbers each
 * event for those it concerns and who may receive it. Events that concern nobody cost a look-up.
 */
export function subscriptionConsumer(parts: SubscriptionConsumerParts): AnyConsumer {
  const { book, desk, store } = parts;
  const outcomes = new Map<string, Outcome>();
  return consumerOf(
    defineConsumer<Finding>({
      group: 'subscriptions',
      handles: {},
      // One after the other: a subscription counts from its own place in the log on.
      lanes: 1,
      gatherMs: SUBSCRIPTION_LIMITS.gatherMs,
      concerns: (event) =>
        event.resourceType === 'Subscription' ||
        event.resourceType === 'Basic' ||
        book.index.concerns(event.tenant, event.resourceType),
      async onLead() {
        await desk.end();
        outcomes.clear();
        desk.begin(await load(book, store));
      },
      onReleased: () => desk.end(),
      external: (event) => find(parts, event),
      async effect(tx, event, finding) {
        outcomes.set(event.eventId, await apply(tx, { event, finding }, parts.self));
      },
      onHandled(events) {
        for (const event of events) {
          const outcome = outcomes.get(event.eventId);
          outcomes.delete(event.eventId);
          if (outcome !== undefined) follow(parts, event, outcome);
        }
      },
    }),
  );
}

/** @returns keys of those that have something to do: of many subscriptions nearly all are through */
async function load(book: SubscriptionBook, store: SubscriptionStore): Promise<readonly string[]> {
  book.clear();
  for (const { tenant, resource } of await store.topics()) book.putTopic(tenant, resource);
  return (await store.live()).flatMap((record) => {
    const entry = book.put(record);
    return entry !== null && hasToDo(record, entry) ? [`${record.tenant}/${record.id}`] : [];
  });
}

function hasToDo({ status, taken, events }: SubscriptionRecord, entry: BookEntry): boolean {
  const { endsAt, heartbeatSeconds } = entry.model;
  const byItself = endsAt !== null || heartbeatSeconds !== null || entry.subscriber === null;
  return status === 'requested' || taken < events || byItself;
}

async function find({ records, book }: SubscriptionConsumerParts, event: RecordedEvent) {
  const versions = await records.versions(event);
  const { resourceType: type } = event;
  if (type === 'Subscription') {
    return { kind: 'subscription', resource: versions.current } satisfies Finding;
  }
  if (type === 'Basic' && isAboutTopic(versions.current ?? versions.previous)) {
    return { kind: 'topic', resource: versions.current } satisfies Finding;
  }
  const change: ObservedChange = {
    interaction: event.interaction,
    type,
    previous: indexedOf(event, versions.previous),
    current: indexedOf(event, versions.current),
  };
  const matching = book.index
    .matching(event.tenant, change)
    .map((model) => book.get(`${event.tenant}/${model.id}`))
    .filter((entry) => entry !== null)
    .flatMap(({ model, subscriber }) => (subscriber === null ? [] : [{ model, subscriber }]));
  if (matching.length === 0) return { kind: 'matched', ids: [] } satisfies Finding;
  const allowed = await records.mayReceive(
    focusOf(event),
    matching.map(({ model, subscriber }) => dueSubscriber(model, subscriber, change.type)),
  );
  const ids = matching.flatMap(({ model }, i) => (allowed[i] === true ? [model.id] : []));
  return { kind: 'matched', ids } satisfies Finding;
}

function dueSubscriber(
  { triggers, filters, includes }: SubscriptionModel,
  subscriber: Subscriber,
  type: string,
): DueSubscriber {
  const own = triggers.filter((each) => each.type === type);
  return {
    subscriber,
    criteria: [
      ...own.flatMap(({ previous, current }) => [...(previous ?? []), ...(current ?? [])]),
      ...filters.flatMap((each) => (each.type === null || each.type === type ? each.criteria : [])),
    ],
    includes: includes.filter((each) => each.type === type).map(({ param }) => param),
    byExpression: own.some(({ fhirPath }) => fhirPath !== null),
  };
}

function focusOf(event: RecordedEvent): Focus {
  const { tenant, resourceType: type, resourceId: id, version, interaction, eventId } = event;
  return { tenant, type, id, version, interaction, eventId };
}

function isAboutTopic(text: string | null): boolean {
  return text?.includes('"SubscriptionTopic"') === true;
}

function indexedOf(event: RecordedEvent, text: string | null): Indexed | null {
  if (text === null) return null;
  const resource = { ...(JSON.parse(text) as Resource), id: event.resourceId };
  return {
    resource,
    entries: extractIndexEntries(resource),
    updatedMs: event.occurredAt.getTime(),
  };
}

async function apply(
  tx: Queryable,
  { event, finding }: { readonly event: RecordedEvent; readonly finding: Finding },
  self: string,
): Promise<Outcome> {
  if (finding.kind === 'matched') {
    if (finding.ids.length > 0) await numberEvent(tx, event, finding.ids);
    return { kind: 'numbered', ids: finding.ids };
  }
  if (finding.kind === 'topic') {
    await recordTopic(tx, event, finding.resource);
    return { kind: 'relearnt', knowledge: await knowledgeOf(tx, event.tenant) };
  }
  if (event.actor === self) return { kind: 'nothing' };
  if (finding.resource === null) {
    await forgetSubscription(tx, event);
    return { kind: 'ended' };
  }
  const status = wishOf(finding.resource);
  const record = await recordSubscription(tx, event, { resource: finding.resource, status });
  return status === 'off' ? { kind: 'ended' } : { kind: 'subscribed', record };
}

/** A client switches off, or asks; only this server says `active` or `error`. */
function wishOf(text: string): 'off' | 'requested' {
  const { status } = JSON.parse(text) as { status?: unknown };
  return status === 'off' ? 'off' : 'requested';
}

/** Brings the book up to what was committed, before the next event is looked at. */
function follow(
  { book, desk }: SubscriptionConsumerParts,
  event: RecordedEvent,
  outcome: Outcome,
): void {
  const key = `${event.tenant}/${event.resourceId}`;
  if (outcome.kind === 'numbered') desk.wake(outcome.ids.map((id) => `${event.tenant}/${id}`));
  else if (outcome.kind === 'ended') book.remove(key);
  else if (outcome.kind === 'relearnt') book.relearn(event.tenant, outcome.knowledge);
  else if (outcome.kind === 'subscribed') {
    book.put(outcome.record);
    desk.wake([key]);
  }
}
