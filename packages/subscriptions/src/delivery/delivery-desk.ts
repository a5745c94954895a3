import { type Clock, type Random, type Timers, uuidV7 } from '@holdfast/kernel';
import { SUBSCRIPTION_LIMITS } from '../limits.ts';
import type { ChannelType } from '../model/subscription.ts';
import type { Message, Records, Send, SendOutcome } from '../ports.ts';
import type { NumberedEvent, SubscriptionStore } from '../postgres/subscription-store.ts';
import type { BookEntry, SubscriptionBook } from '../subscription-book.ts';
import {
  type Addressee,
  composeClassic,
  composeEvents,
  composeStatus,
  messageOf,
} from './compose-notification.ts';
import { DueQueue } from './due-queue.ts';
import { EndpointHealth, pauseMs } from './endpoint-health.ts';

/** Processes that hold websockets listen here for subscriptions with new events. */
export const WEBSOCKET_CHANNEL = 'holdfast_subscription';

export interface DeliveryParts {
  readonly store: SubscriptionStore;
  readonly book: SubscriptionBook;
  readonly records: Records;
  readonly channels: Readonly<Partial<Record<ChannelType, Send>>>;
  /** This server's FHIR base ending in `/`. */
  readonly base: () => string;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  readonly trouble: (error: unknown) => void;
}

/** A timer's longest reach, far below 2^31 ms; what is due later is looked at then. */
const LONGEST_TIMER_MS = 86_400_000;

/**
 * Sends what is numbered: one delivery a subscription at a time, in order, at least once. All waiting
 * is by one timer, armed for whatever is due first. Runs where the group is led.
 */
export class DeliveryDesk {
  readonly #parts: DeliveryParts;
  readonly #health: EndpointHealth;
  readonly #due = new DueQueue();
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  /**
   * Subscriptions that wait for their origin, in order. Where one waits, another of that origin is under
   * way or waits for a moment, and lets the next one follow: an origin costs the same however many wait.
   */
  readonly #queued = new Map<string, Set<string>>();
  /** Who lets the next one of an origin follow although it is not under way. */
  readonly #leads = new Map<string, string>();
  /** Origins for which somebody waits for a moment, with whom. */
  readonly #timed = new Map<string, string>();
  /** When a subscription was last written to, monotonic ms. */
  readonly #spokenMs = new Map<string, number>();
  #abort = new AbortController();
  #working = false;
  #cancelTimer: (() => void) | null = null;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    this.#health = new EndpointHealth(parts.random);
  }

  /** @param keys of the subscriptions that have something to do now or by themselves later */
  begin(keys: Iterable<string>): void {
    this.#abort = new AbortController();
    this.#working = true;
    this.wake(keys);
  }

  /** Lets go; resolves when nothing is under way here any more. */
  async end(): Promise<void> {
    this.#working = false;
    this.#abort.abort();
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#due.clear();
    this.#queued.clear();
    this.#leads.clear();
    this.#timed.clear();
    this.#spokenMs.clear();
    await Promise.all(this.#underWay.values());
  }

  /** There may be something to do for these. */
  wake(keys: Iterable<string>): void {
    const nowMs = this.#nowMs();
    for (const key of keys) this.#due.putEarlier(key, nowMs);
    this.#pump();
  }

  #nowMs(): number {
    return this.#parts.clock.monotonicMs();
  }

  #pump(): void {
    if (!this.#working) return;
    while (this.#underWay.size < SUBSCRIPTION_LIMITS.deliveries) {
      const key = this.#due.take(this.#nowMs());
      if (key === null) break;
      const led = this.#led(key);
      if (this.#underWay.has(key)) this.#again.add(key);
      else if (this.#start(key) === led) continue;
      if (led !== null) this.#next(led);
    }
    this.#arm();
  }

  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const next = this.#due.nextMs();
    if (next === null || this.#underWay.size >= SUBSCRIPTION_LIMITS.deliveries) return;
    const delayMs = Math.min(Math.max(0, next - this.#nowMs()), LONGEST_TIMER_MS);
    this.#cancelTimer = this.#parts.timers.after(delayMs, () => this.#pump());
  }

  /** @returns the origin that goes on with it; null: there is no such subscription any more */
  #start(key: string): string | null {
    const entry = this.#parts.book.get(key);
    if (entry === null) return null;
    const origin = originOf(entry);
    const permission = this.#health.begin(origin, this.#nowMs());
    if (permission.kind === 'wait' && !this.#timed.has(origin)) {
      this.#timed.set(origin, key);
      this.#leads.set(key, origin);
      this.#due.put(key, this.#nowMs() + permission.ms);
      return origin;
    }
    if (permission.kind !== 'go') {
      const waiting = this.#queued.get(origin) ?? new Set<string>();
      waiting.add(key);
      this.#queued.set(origin, waiting);
      return origin;
    }
    const work = this.#serve(key, entry)
      .catch((error: unknown) => {
        // The database did not answer: the subscription is not to blame.
        this.#parts.trouble(error);
        this.#due.putEarlier(key, this.#nowMs() + SUBSCRIPTION_LIMITS.retryFirstMs);
        return true;
      })
      .then((succeeded) => this.#ended(key, origin, succeeded));
    this.#underWay.set(key, work);
    this.#next(origin);
    return origin;
  }

  /** The origin that a subscription, whose turn it is, was to lead on. */
  #led(key: string): string | null {
    const origin = this.#leads.get(key) ?? null;
    this.#leads.delete(key);
    if (origin !== null && this.#timed.get(origin) === key) this.#timed.delete(origin);
    return origin;
  }

  /** Lets the next one that waits for an origin try. */
  #next(origin: string): void {
    const waiting = this.#queued.get(origin);
    const key = waiting?.values().next().value;
    if (waiting === undefined || key === undefined) return;
    waiting.delete(key);
    if (waiting.size === 0) this.#queued.delete(origin);
    this.#leads.set(key, origin);
    this.#due.putEarlier(key, this.#nowMs());
  }

  #ended(key: string, origin: string, succeeded: boolean): void {
    this.#underWay.delete(key);
    this.#health.ended(origin, succeeded, this.#nowMs());
    if (this.#again.delete(key)) this.#due.putEarlier(key, this.#nowMs());
    this.#next(origin);
    this.#pump();
  }

  /** @returns false where the receiver failed */
  async #serve(key: string, entry: BookEntry): Promise<boolean> {
    const { store, clock } = this.#parts;
    const record = await store.find(entry.tenant, entry.model.id);
    if (record === null || record.status === 'off' || record.status === 'error') return true;
    const { model, subscriber } = entry;
    if (model.endsAt !== null) {
      const leftMs = model.endsAt - clock.now().getTime();
      if (leftMs <= 0) return this.#finish(key, entry);
      this.#due.putEarlier(key, this.#nowMs() + leftMs);
    }
    if (subscriber === null) return this.#give(entry, 'no-subscriber');
    const to = { record, model, subscriber };
    if (record.status === 'requested') return this.#greet(key, entry, to);
    if (model.channel.type === 'websocket') {
      if (record.taken < record.events) await store.announce(WEBSOCKET_CHANNEL, [key]);
      return true;
    }
    if (record.taken < record.events) return this.#notify(key, entry, to);
    return this.#beat(key, entry, to);
  }

  /** The handshake: what is no topic subscription, or has no endpoint, is active without one. */
  async #greet(key: string, entry: BookEntry, to: Addressee): Promise<boolean> {
    const { topic, channel } = entry.model;
    if (topic !== null && channel.type !== 'websocket') {
      const outcome = await this.#send(entry, this.#status(to, 'handshake'));
      // Channels: any error makes it `error`; nothing is tried again without the client.
      if (outcome.kind === 'failed') return this.#give(entry, 'no-response');
    }
    await this.#turn(entry, 'active', null);
    this.#spoke(key, entry);
    this.#due.putEarlier(key, this.#nowMs());
    return true;
  }

  async #notify(key: string, entry: BookEntry, to: Addressee): Promise<boolean> {
    const { store } = this.#parts;
    const { record, model } = to;
    const events = await store.events(record, {
      from: record.taken + 1,
      to: record.events,
      limit: model.topic === null ? 1 : model.maxCount,
    });
    const last = events.at(-1)?.number ?? record.events;
    const message = events.length === 0 ? null : await this.#compose(to, events);
    const outcome = message === null ? { kind: 'sent' as const } : await this.#send(entry, message);
    if (outcome.kind === 'failed') return this.#missed(key, entry);
    await store.took(entry.tenant, record.id, last);
    this.#spoke(key, entry);
    if (last < record.events) this.#due.putEarlier(key, this.#nowMs());
    return true;
  }

  async #beat(key: string, entry: BookEntry, to: Addressee): Promise<boolean> {
    const { heartbeatSeconds } = entry.model;
    if (heartbeatSeconds === null) return true;
    const spoken = this.#spokenMs.get(key);
    const dueMs = spoken === undefined ? this.#nowMs() : spoken + heartbeatSeconds * 1_000;
    if (spoken !== undefined && this.#nowMs() < dueMs) {
      this.#due.putEarlier(key, dueMs);
      return true;
    }
    const outcome = await this.#send(entry, this.#status(to, 'heartbeat'));
    if (outcome.kind === 'failed') return this.#missed(key, entry);
    this.#spoke(key, entry);
    return true;
  }

  #status(to: Addressee, type: 'handshake' | 'heartbeat'): Message {
    return messageOf(composeStatus(to, type, this.#composeParts()));
  }

  async #compose(to: Addressee, events: readonly NumberedEvent[]): Promise<Message | null> {
    const [first] = events;
    if (to.model.topic === null && first !== undefined) {
      return composeClassic(to, first, this.#composeParts());
    }
    return messageOf(
      await composeEvents(to, { events, type: 'event-notification' }, this.#composeParts()),
    );
  }

  #composeParts() {
    const { records, base, clock, random } = this.#parts;
    return { records, base: base(), at: clock.now(), id: uuidV7(clock, random) };
  }

  #send(entry: BookEntry, message: Message): Promise<SendOutcome> {
    const { tenant, model } = entry;
    const send = this.#parts.channels[model.channel.type];
    if (send === undefined) {
      return Promise.resolve({ kind: 'failed', reason: 'the channel is not set up' });
    }
    return send({ tenant, subscription: model }, message, this.#abort.signal);
  }

  #spoke(key: string, { model }: BookEntry): void {
    if (model.heartbeatSeconds === null) return;
    this.#spokenMs.set(key, this.#nowMs());
    this.#due.putEarlier(key, this.#nowMs() + model.heartbeatSeconds * 1_000);
  }

  async #missed(key: string, entry: BookEntry): Promise<false> {
    if (!this.#working) return false;
    const { store, random } = this.#parts;
    const failures = await store.failed(entry.tenant, entry.model.id, 'no-response');
    if (failures >= SUBSCRIPTION_LIMITS.failuresUntilError) return this.#give(entry, 'no-response');
    this.#due.putEarlier(key, this.#nowMs() + pauseMs(failures, random));
    return false;
  }

  /** Gives up until the client asks again; events go on being counted. */
  async #give(entry: BookEntry, error: string): Promise<false> {
    if (!this.#working) return false;
    await this.#parts.store.failed(entry.tenant, entry.model.id, error);
    await this.#turn(entry, 'error', error);
    return false;
  }

  async #finish(key: string, entry: BookEntry): Promise<true> {
    await this.#turn(entry, 'off', null);
    this.#parts.book.remove(key);
    return true;
  }

  async #turn(entry: BookEntry, to: 'active' | 'error' | 'off', error: string | null) {
    const { store, records, trouble } = this.#parts;
    const { tenant } = entry;
    const { id } = entry.model;
    const turned = await store.turn({ tenant, id }, to, ['requested', 'active', 'error']);
    if (turned) await records.publishStatus({ tenant, id }, to, error).catch(trouble);
  }
}

/** What fails together: a host, a mailbox, or the websockets. */
function originOf({ model }: BookEntry): string {
  const { endpoint, type } = model.channel;
  if (endpoint === null) return type;
  return type === 'email' ? 'mailto:' : new URL(endpoint).origin;
}
