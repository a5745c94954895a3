import type { Resource } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import type { EndpointPolicy } from './delivery/endpoint-guard.ts';
import { SubscriptionIndex } from './matching/subscription-index.ts';
import { parseSubscription } from './model/parse-subscription.ts';
import { isTopicResource, parseTopic } from './model/parse-topic.ts';
import type { SubscriptionModel } from './model/subscription.ts';
import type { Topic } from './model/topic.ts';
import type { Subscriber } from './ports.ts';
import type { SubscriptionRecord, TenantKnowledge } from './postgres/subscription-store.ts';

export interface BookEntry {
  readonly tenant: TenantId;
  readonly model: SubscriptionModel;
  readonly subscriber: Subscriber | null;
}

export interface BookContext {
  /** This server's FHIR base ending in `/`. */
  readonly base: () => string;
  readonly endpoints: EndpointPolicy;
}

/** The subscriptions and topics of all tenants as of the group's place in the log. */
export class SubscriptionBook {
  readonly index = new SubscriptionIndex();
  readonly #entries = new Map<string, BookEntry>();
  readonly #topics = new Map<TenantId, Map<string, Topic>>();
  readonly #context: BookContext;

  constructor(context: BookContext) {
    this.#context = context;
  }

  clear(): void {
    this.index.clear();
    this.#entries.clear();
    this.#topics.clear();
  }

  putTopic(tenant: TenantId, text: string): void {
    const resource = JSON.parse(text) as Resource;
    const topic = isTopicResource(resource) ? parseTopic(resource) : null;
    if (topic?.ok === true) this.topicsOf(tenant).set(topic.value.url, topic.value);
  }

  topicsOf(tenant: TenantId): Map<string, Topic> {
    const known = this.#topics.get(tenant);
    if (known !== undefined) return known;
    const made = new Map<string, Topic>();
    this.#topics.set(tenant, made);
    return made;
  }

  /** @returns null where the subscription cannot be carried out (any more) */
  put({ tenant, id, resource, subscriber }: SubscriptionRecord): BookEntry | null {
    const key = `${tenant}/${id}`;
    const written = { ...(JSON.parse(resource) as Resource), id };
    const parsed = parseSubscription(written, {
      topics: this.topicsOf(tenant),
      base: this.#context.base(),
      endpoints: this.#context.endpoints,
    });
    if (!parsed.ok) {
      this.remove(key);
      return null;
    }
    const entry = { tenant, model: parsed.value, subscriber };
    this.#entries.set(key, entry);
    this.index.put(tenant, parsed.value);
    return entry;
  }

  /** Topics changed: what subscriptions mean is found out anew. */
  relearn(tenant: TenantId, { topics, records }: TenantKnowledge): void {
    this.#topics.delete(tenant);
    for (const topic of topics) this.putTopic(tenant, topic);
    for (const record of records) this.put(record);
  }

  remove(key: string): void {
    this.#entries.delete(key);
    this.index.remove(key);
  }

  get(key: string): BookEntry | null {
    return this.#entries.get(key) ?? null;
  }

  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }
}
