import {
  type Criterion,
  extractIndexEntries,
  type Resource,
  type SearchQuery,
} from '@holdfast/fhir';
import {
  type Clock,
  err,
  ok,
  type Random,
  type Result,
  type TenantId,
  uuidV7,
} from '@holdfast/kernel';
import { sealBinding } from './delivery/binding-token.ts';
import { composeEvents, composeStatus, messageOf } from './delivery/compose-notification.ts';
import { addresseeOf } from './delivery/websocket-desk.ts';
import { subscriptionFault } from './errors.ts';
import { SUBSCRIPTION_LIMITS } from './limits.ts';
import { meetsCriteria, unanswerable } from './matching/meets-criteria.ts';
import { parseSubscription } from './model/parse-subscription.ts';
import { isTopicResource, parseTopic } from './model/parse-topic.ts';
import type { ChannelType, ContentLevel, SubscriptionProblem } from './model/subscription.ts';
import { notificationBundle } from './notification/notification-bundle.ts';
import { printedSecret, signingSecret } from './notification/signature.ts';
import { statusParameters } from './notification/status-parameters.ts';
import type { Records, Send, SendOutcome, Subscriber } from './ports.ts';
import type {
  SubscriptionRecord,
  SubscriptionStore,
  WriterNote,
} from './postgres/subscription-store.ts';
import { type BookContext, SubscriptionBook } from './subscription-book.ts';

export interface OperationsParts extends BookContext {
  readonly store: SubscriptionStore;
  readonly records: Records;
  readonly channels: Readonly<Partial<Record<ChannelType, Send>>>;
  readonly master: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
}

export interface SubscriptionName {
  readonly tenant: TenantId;
  readonly id: string;
}

export interface EventsRange {
  readonly from: number;
  /** Null: up to the newest. */
  readonly to: number | null;
  /** Only what happened between these, both included. */
  readonly since?: Date | null;
  readonly until?: Date | null;
}

/** What clients ask of subscriptions, on any process. */
export class SubscriptionOperations {
  readonly #parts: OperationsParts;

  constructor(parts: OperationsParts) {
    this.#parts = parts;
  }

  /** What is wrong with a Subscription that a client wants to write. */
  async accept(
    tenant: TenantId,
    resource: Resource & { readonly id: string },
  ): Promise<Result<null, readonly SubscriptionProblem[]>> {
    const { endpoints, base } = this.#parts;
    const book = await this.#book();
    const topics = book.topicsOf(tenant);
    const parsed = parseSubscription(resource, { topics, base: base(), endpoints });
    if (!parsed.ok) return parsed;
    const { type } = parsed.value.channel;
    if (type !== 'websocket' && this.#parts.channels[type] === undefined) {
      const missing = type === 'email' ? ' (HOLDFAST_SMTP_URL)' : '';
      const diagnostics = `The channel ${type} is not set up on this server${missing}.`;
      return err([{ expression: 'Subscription.channel.type', diagnostics }]);
    }
    return ok(null);
  }

  /**
   * Notes that a request is about to write Subscriptions, and for whom.
   *
   * @param ids of those it changes
   * @throws Fault SUBSCRIPTION_UNKNOWN where one belongs to somebody else
   */
  async noteWriter(writer: WriterNote, ids: readonly string[]): Promise<void> {
    const { store } = this.#parts;
    const owners = await store.owners(writer.tenant, ids);
    if ([...owners.values()].some((principal) => principal !== writer.principal)) {
      throw subscriptionFault('SUBSCRIPTION_UNKNOWN');
    }
    await store.noteSubscriber(writer);
  }

  /**
   * A page of a subscriber's own subscriptions that a search finds, in the order of their ids, and how
   * many there are of them in all.
   *
   * @param after id that the page before ended with; empty for the first
   * @throws Fault SUBSCRIPTION_SEARCH_INVALID where a condition needs more than the resource itself
   */
  async search(
    { tenant, principal }: { readonly tenant: TenantId; readonly principal: string },
    { criteria, count }: Pick<SearchQuery, 'criteria' | 'count'>,
    after: string,
  ): Promise<{ readonly ids: readonly string[]; readonly total: number; readonly more: boolean }> {
    const beyond = criteria.find(unanswerable);
    if (beyond !== undefined) {
      const expression = ['param' in beyond ? beyond.param : beyond.kind];
      throw subscriptionFault('SUBSCRIPTION_SEARCH_INVALID', { expression });
    }
    const { store } = this.#parts;
    const found: string[] = [];
    for (let own = await store.ownedBy(tenant, principal); own.length > 0; ) {
      found.push(...own.filter((record) => isFound(record, criteria)).map(({ id }) => id));
      own = await store.ownedBy(tenant, principal, own.at(-1)?.id);
    }
    const rest = found.filter((id) => id > after);
    return { ids: rest.slice(0, count), total: found.length, more: rest.length > count };
  }

  /** Whose a subscription is. @throws Fault SUBSCRIPTION_UNKNOWN where it is not the caller's */
  async own(name: SubscriptionName, principal: string): Promise<void> {
    const record = await this.#parts.store.find(name.tenant, name.id);
    if (record?.principal !== principal) throw subscriptionFault('SUBSCRIPTION_UNKNOWN');
  }

  /** What is wrong with a topic; a Basic resource that is none has nothing. */
  acceptTopic(resource: Resource): Result<null, readonly SubscriptionProblem[]> {
    if (!isTopicResource(resource)) return ok(null);
    const parsed = parseTopic(resource);
    return parsed.ok ? ok(null) : parsed;
  }

  /** `$status`: a searchset of status Parameters. */
  async status(
    { tenant, principal }: { readonly tenant: TenantId; readonly principal: string },
    ids: readonly string[] | null,
    statuses: readonly string[] | null,
  ): Promise<string> {
    const book = await this.#book();
    const own = await this.#parts.store.ownedBy(tenant, principal);
    const records = own.filter(
      ({ id, status }) => (ids?.includes(id) ?? true) && (statuses?.includes(status) ?? true),
    );
    const entries = records.flatMap((record) => {
      const entry = book.put(record);
      if (entry === null) return [];
      const to = { record, model: entry.model };
      const { status, id } = composeStatus(to, 'query-status', this.#composeParts());
      const resource = statusParameters(status, id);
      return [{ fullUrl: `urn:uuid:${id}`, resource, search: { mode: 'match' } }];
    });
    const total = entries.length;
    return JSON.stringify({
      resourceType: 'Bundle',
      type: 'searchset',
      total,
      ...(total > 0 && { entry: entries }),
    });
  }

  /**
   * `$events`: what happened in a range of numbers, as far as the caller may have it now.
   *
   * @throws Fault SUBSCRIPTION_UNKNOWN, SUBSCRIPTION_RANGE_INVALID
   */
  async events(
    name: SubscriptionName,
    range: EventsRange,
    { caller, content }: { readonly caller: Subscriber; readonly content: ContentLevel | null },
  ): Promise<string> {
    const { to, events } = await this.#ranged(name, range, caller);
    const model = { ...to.model, content: content ?? to.model.content };
    const parts = await composeEvents(
      { ...to, model },
      { events, type: 'query-event' },
      this.#composeParts(),
    );
    // The count is of all events, not of the window asked for.
    const status = { ...parts.status, eventsSinceStart: to.record.events };
    return notificationBundle({ ...parts, status });
  }

  /**
   * `$resend`: a range once more to the subscription's own endpoint, beside what is under way.
   *
   * @throws Fault SUBSCRIPTION_UNKNOWN, SUBSCRIPTION_RANGE_INVALID, SUBSCRIPTION_NO_ENDPOINT
   */
  async resend(
    name: SubscriptionName,
    range: EventsRange,
    signal: AbortSignal,
  ): Promise<SendOutcome> {
    const record = await this.#record(name);
    if (record.subscriber === null) throw subscriptionFault('SUBSCRIPTION_UNKNOWN');
    const { to, events } = await this.#ranged(name, range, record.subscriber);
    const send = this.#parts.channels[to.model.channel.type];
    if (send === undefined) throw subscriptionFault('SUBSCRIPTION_NO_ENDPOINT');
    for (let at = 0; at < events.length; at += to.model.maxCount) {
      const some = events.slice(at, at + to.model.maxCount);
      const parts = await composeEvents(
        to,
        { events: some, type: 'event-notification' },
        this.#composeParts(),
      );
      const target = { tenant: name.tenant, subscription: to.model };
      const outcome = await send(target, messageOf(parts), signal);
      if (outcome.kind === 'failed') return outcome;
    }
    return { kind: 'sent' };
  }

  /** `$get-ws-binding-token`. @throws Fault SUBSCRIPTION_NO_WEBSOCKET */
  async bindingToken(
    { tenant, principal }: { readonly tenant: TenantId; readonly principal: string },
    ids: readonly string[],
    websocketUrl: string,
  ) {
    const { store, master, clock } = this.#parts;
    const book = await this.#book();
    const own = await store.ownedBy(tenant, principal);
    const records = own.filter(({ id }) => ids.includes(id)).slice(0, SUBSCRIPTION_LIMITS.bindings);
    const subscriptions = records.flatMap((record) =>
      book.put(record)?.model.channel.type === 'websocket' ? [record.id] : [],
    );
    if (subscriptions.length === 0) throw subscriptionFault('SUBSCRIPTION_NO_WEBSOCKET');
    const expiresAt = clock.now().getTime() + SUBSCRIPTION_LIMITS.bindingTokenMs;
    const token = sealBinding(master, { tenant, subscriptions, expiresAt });
    return {
      resourceType: 'Parameters',
      parameter: [
        { name: 'token', valueString: token },
        { name: 'expiration', valueDateTime: new Date(expiresAt).toISOString() },
        ...subscriptions.map((id) => ({ name: 'subscription', valueString: id })),
        { name: 'websocket-url', valueUrl: websocketUrl },
      ],
    };
  }

  /** The secret by which a receiver verifies signatures (Standard Webhooks). */
  signingSecret(tenant: TenantId, id: string): string {
    return printedSecret(signingSecret(this.#parts.master, tenant, id));
  }

  async #ranged(name: SubscriptionName, range: EventsRange, subscriber: Subscriber) {
    const { from, since = null, until = null } = range;
    const record = await this.#record(name);
    const last = range.to ?? record.events;
    const whole = Number.isSafeInteger(from) && Number.isSafeInteger(last) && from >= 1;
    const backwards = since !== null && until !== null && until < since;
    if (!whole || (range.to !== null && last < from) || backwards) {
      throw subscriptionFault('SUBSCRIPTION_RANGE_INVALID');
    }
    const to = addresseeOf(await this.#book(), { ...record, subscriber });
    if (to === null) throw subscriptionFault('SUBSCRIPTION_UNKNOWN');
    const limit = SUBSCRIPTION_LIMITS.eventsWindow;
    const asked = { from, to: last, since, until, limit };
    const events = await this.#parts.store.events(record, asked);
    return { to, events };
  }

  async #record(name: SubscriptionName): Promise<SubscriptionRecord> {
    const record = await this.#parts.store.find(name.tenant, name.id);
    if (record === null) throw subscriptionFault('SUBSCRIPTION_UNKNOWN');
    return record;
  }

  async #book(): Promise<SubscriptionBook> {
    const book = new SubscriptionBook(this.#parts);
    for (const { tenant, resource } of await this.#parts.store.topics()) {
      book.putTopic(tenant, resource);
    }
    return book;
  }

  #composeParts() {
    const { records, base, clock, random } = this.#parts;
    return { records, base: base(), at: clock.now(), id: uuidV7(clock, random) };
  }
}

function isFound(record: SubscriptionRecord, criteria: readonly Criterion[]): boolean {
  const { id, resource, status } = record;
  const current = { ...(JSON.parse(resource) as Resource), id, status };
  return meetsCriteria(
    { resource: current, entries: extractIndexEntries(current), updatedMs: 0 },
    criteria,
  );
}
