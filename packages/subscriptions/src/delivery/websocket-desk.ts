import { type Clock, type Random, type TenantId, uuidV7 } from '@holdfast/kernel';
import { notificationBundle } from '../notification/notification-bundle.ts';
import type { Records } from '../ports.ts';
import type { SubscriptionRecord, SubscriptionStore } from '../postgres/subscription-store.ts';
import { type BookContext, SubscriptionBook } from '../subscription-book.ts';
import { openBinding } from './binding-token.ts';
import { type Addressee, composeEvents, composeStatus } from './compose-notification.ts';

/** One client's connection. */
export interface Socket {
  send(text: string): void;
  close(code: number, reason: string): void;
}

export interface WebsocketParts extends BookContext {
  readonly store: SubscriptionStore;
  readonly records: Records;
  readonly master: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  readonly trouble: (error: unknown) => void;
}

interface Bound {
  readonly socket: Socket;
  /** Newest event number sent on this socket. */
  sent: number;
  /** Sending goes on; what comes meanwhile is sent next. */
  busy: Promise<void> | null;
  again: boolean;
}

/** The websockets of one process, and the subscriptions they are bound to. */
export class WebsocketDesk {
  readonly #parts: WebsocketParts;
  /** By `tenant/id`. */
  readonly #bound = new Map<string, Set<Bound>>();

  constructor(parts: WebsocketParts) {
    this.#parts = parts;
  }

  /**
   * A message of a client: `bind-with-token TOKEN`. Each subscription answers with a handshake and
   * with what its client has missed.
   */
  async receive(socket: Socket, text: string): Promise<void> {
    const token = /^bind-with-token:? +(\S+)$/.exec(text.trim())?.[1];
    const { master, clock } = this.#parts;
    const binding = token === undefined ? null : openBinding(master, token, clock.now().getTime());
    if (binding === null) {
      socket.close(1008, 'Send bind-with-token and a token of $get-ws-binding-token.');
      return;
    }
    for (const id of binding.subscriptions) await this.#bind(socket, binding.tenant, id);
  }

  closed(socket: Socket): void {
    for (const [key, bounds] of this.#bound) {
      for (const bound of bounds) if (bound.socket === socket) bounds.delete(bound);
      if (bounds.size === 0) this.#bound.delete(key);
    }
  }

  /** A subscription has new events, or is no more. */
  async announced(key: string): Promise<void> {
    await Promise.all([...(this.#bound.get(key) ?? [])].map((bound) => this.#push(key, bound)));
  }

  /** Announcements may have been missed: looks at every bound subscription. */
  async sweep(): Promise<void> {
    await Promise.all([...this.#bound.keys()].map((key) => this.announced(key)));
  }

  async #bind(socket: Socket, tenant: TenantId, id: string): Promise<void> {
    const to = await this.#addressee(tenant, id);
    if (to === null) return;
    const key = `${tenant}/${id}`;
    const bounds = this.#bound.get(key) ?? new Set<Bound>();
    for (const other of bounds) if (other.socket === socket) bounds.delete(other);
    const bound: Bound = { socket, sent: to.record.taken, busy: null, again: false };
    bounds.add(bound);
    this.#bound.set(key, bounds);
    socket.send(notificationBundle(composeStatus(to, 'handshake', this.#composeParts())));
    await this.#push(key, bound);
  }

  #push(key: string, bound: Bound): Promise<void> {
    if (bound.busy !== null) {
      bound.again = true;
      return bound.busy;
    }
    bound.busy = this.#sendAll(key, bound).catch(this.#parts.trouble);
    return bound.busy;
  }

  async #sendAll(key: string, bound: Bound): Promise<void> {
    try {
      do {
        bound.again = false;
        await this.#sendNew(key, bound);
      } while (bound.again);
    } finally {
      bound.busy = null;
    }
  }

  async #sendNew(key: string, bound: Bound): Promise<void> {
    const { store } = this.#parts;
    for (;;) {
      const slash = key.indexOf('/');
      const tenant = Number(key.slice(0, slash)) as TenantId;
      const to = await this.#addressee(tenant, key.slice(slash + 1));
      if (to === null || to.record.status === 'off') {
        bound.socket.close(1000, 'The subscription has ended.');
        this.closed(bound.socket);
        return;
      }
      if (bound.sent >= to.record.events) return;
      const range = { from: bound.sent + 1, to: to.record.events, limit: to.model.maxCount };
      const events = await store.events(to.record, range);
      const last = events.at(-1)?.number ?? to.record.events;
      if (events.length > 0) {
        const parts = await composeEvents(
          to,
          { events, type: 'event-notification' },
          this.#composeParts(),
        );
        bound.socket.send(notificationBundle(parts));
      }
      bound.sent = last;
      await store.took(tenant, to.record.id, last);
    }
  }

  async #addressee(tenant: TenantId, id: string): Promise<Addressee | null> {
    const { store } = this.#parts;
    const record = await store.find(tenant, id);
    if (record === null) return null;
    const book = new SubscriptionBook(this.#parts);
    for (const topic of await store.topics()) book.putTopic(topic.tenant, topic.resource);
    return addresseeOf(book, record);
  }

  #composeParts() {
    const { records, base, clock, random } = this.#parts;
    return { records, base: base(), at: clock.now(), id: uuidV7(clock, random) };
  }
}

/** @returns null where it cannot be carried out, or nobody is known to receive it */
export function addresseeOf(book: SubscriptionBook, record: SubscriptionRecord): Addressee | null {
  const entry = book.put(record);
  if (entry === null || record.subscriber === null) return null;
  return { record, model: entry.model, subscriber: record.subscriber };
}
