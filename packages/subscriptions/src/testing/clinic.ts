import { randomUUID } from 'node:crypto';
import {
  type Announce,
  ConsumerRuntime,
  type RecordedEvent,
  relayPool,
  type WakeSignal,
} from '@holdfast/events';
import type { Resource } from '@holdfast/fhir';
import { type Clock, type TenantId } from '@holdfast/kernel';
import { inTransaction } from '@holdfast/postgres';
import { seededRandom, type TestDatabase } from '@holdfast/testkit';
import { DeliveryDesk } from '../delivery/delivery-desk.ts';
import { WebsocketDesk } from '../delivery/websocket-desk.ts';
import { messageChannel, restHook } from '../http/rest-hook.ts';
import { SubscriptionOperations } from '../operations.ts';
import type { DueSubscriber, Focus, Records, Subscriber } from '../ports.ts';
import { SubscriptionOwners } from '../postgres/subscription-owners.ts';
import { SubscriptionStore } from '../postgres/subscription-store.ts';
import { emailChannel } from '../smtp/email.ts';
import { SubscriptionBook } from '../subscription-book.ts';
import { subscriptionConsumer } from '../subscription-consumer.ts';

const SPEED = 1_000;

/** Runs a thousand times as fast as the wall, so that heartbeats and pauses take milliseconds. */
const fastClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now() * SPEED,
};
const fastTimers = {
  after(delayMs: number, run: () => void) {
    const handle = setTimeout(run, delayMs / SPEED);
    return () => clearTimeout(handle);
  },
};

export const TENANT = 1 as TenantId;
export const SELF = 'Device/holdfast-subscriptions';
const OWNERS = new SubscriptionOwners(SELF);
export const BASE = 'https://here.example/fhir/R4/';

type Identified = Resource & { readonly id: string };

/**
 * A record store in memory over the real event log: what it holds is read back by version, and a
 * subscriber may have what nothing in `hidden` names.
 */
export class Clinic implements Records {
  readonly hidden = new Set<string>();
  readonly statuses: string[] = [];
  readonly #db: TestDatabase;
  readonly #versions = new Map<string, (string | null)[]>();
  readonly #listeners = new Set<Announce>();

  constructor(db: TestDatabase) {
    this.#db = db;
  }

  readonly signal: WakeSignal = {
    subscribe: (announce) => {
      this.#listeners.add(announce);
      return () => this.#listeners.delete(announce);
    },
  };

  write(resource: Identified, requestId = 'r'): Promise<void> {
    return this.#append(
      `${resource.resourceType}/${resource.id}`,
      JSON.stringify(resource),
      requestId,
    );
  }

  delete(name: string): Promise<void> {
    return this.#append(name, null, 'r');
  }

  async #append(name: string, text: string | null, requestId: string): Promise<void> {
    const versions = this.#versions.get(name) ?? [];
    const interaction = text === null ? 'delete' : versions.length === 0 ? 'create' : 'update';
    versions.push(text);
    this.#versions.set(name, versions);
    const [type, id] = name.split('/');
    await inTransaction(this.#db.pool, async (tx) => {
      await tx.query('select pg_advisory_xact_lock(hashtext($1))', [name]);
      await tx.query(
        `with head as (insert into stream_head as h (tenant, stream, seq) values (1, hashtext($1), 1)
           on conflict (tenant, stream) do update set seq = h.seq + 1 returning seq)
         insert into event (tenant, stream, seq, event_id, interaction, resource_type, resource_id,
           version, confidentiality, sensitivity, actor, request_id)
         select 1, hashtext($1), head.seq, $2, $3, $4, $5, $6, 2, 0, 'Practitioner/p', $7 from head`,
        [name, randomUUID(), interaction, type, id, versions.length, requestId],
      );
      const changes = [{ type: type ?? '', id: id ?? '' }].filter((each) => OWNERS.isDueTo(each));
      if (changes.length === 0) return;
      await tx.query(`set local holdfast.tenant = '1'`);
      await OWNERS.project(tx, TENANT, { changes, writer: 'Practitioner/p' });
    });
    for (const announce of this.#listeners) announce(null);
  }

  async versions(event: RecordedEvent) {
    const versions = this.#versions.get(`${event.resourceType}/${event.resourceId}`) ?? [];
    return {
      previous: versions[event.version - 2] ?? null,
      current: versions[event.version - 1] ?? null,
    };
  }

  async mayReceive(focus: Focus, due: readonly DueSubscriber[]) {
    const subscribers = due.map(({ subscriber }) => subscriber);
    return subscribers.map((subscriber) => this.#allows(subscriber, `${focus.type}/${focus.id}`));
  }

  async release(subscriber: Subscriber, focus: Focus) {
    const name = `${focus.type}/${focus.id}`;
    if (!this.#allows(subscriber, name)) return null;
    return { text: this.#versions.get(name)?.[focus.version - 1] ?? null };
  }

  async releaseContext(
    subscriber: Subscriber,
    _tenant: TenantId,
    names: readonly { readonly type: string; readonly id: string }[],
  ) {
    return names.flatMap(({ type, id }) => {
      const text = this.#versions.get(`${type}/${id}`)?.at(-1) ?? null;
      return text === null || !this.#allows(subscriber, `${type}/${id}`)
        ? []
        : [{ type, id, text }];
    });
  }

  async publishStatus(name: { readonly id: string }, status: string, error: string | null) {
    this.statuses.push([name.id, status, error].filter(Boolean).join(' '));
  }

  /** `NAME` hides from everybody, `"WHO" NAME` from one subscriber. */
  #allows(subscriber: Subscriber, name: string): boolean {
    return (
      !this.hidden.has(name) && !this.hidden.has(`${JSON.stringify(subscriber['who'])} ${name}`)
    );
  }
}

export interface Practice {
  readonly operations: SubscriptionOperations;
  readonly websockets: WebsocketDesk;
  readonly store: SubscriptionStore;
  readonly book: SubscriptionBook;
  stop(): Promise<void>;
}

/** One process: the consumer group, delivery, websockets and operations. */
export async function startPractice(
  db: TestDatabase,
  clinic: Clinic,
  { smtp }: { readonly smtp?: string } = {},
): Promise<Practice> {
  const pool = relayPool(db.url, 4);
  const store = new SubscriptionStore(pool);
  const context = { base: () => BASE, endpoints: { trustedHosts: new Set(['127.0.0.1']) } };
  const master = new Uint8Array(32).fill(3);
  const random = seededRandom(5);
  const http = { policy: context.endpoints, master, clock: fastClock };
  const channels = {
    'rest-hook': restHook(http),
    message: messageChannel({ ...http, base: context.base }),
    ...(smtp !== undefined && {
      email: emailChannel({ url: smtp, from: 'holdfast@here.example' }),
    }),
  };
  const trouble = () => undefined;
  const parts = { ...context, store, records: clinic, channels, master, clock: fastClock, random };
  const book = new SubscriptionBook(context);
  const desk = new DeliveryDesk({ ...parts, book, timers: fastTimers, trouble });
  const consumer = subscriptionConsumer({ records: clinic, store, book, desk, self: SELF });
  const runtime = new ConsumerRuntime({ url: db.url, signal: clinic.signal, random, trouble }, [
    consumer,
  ]);
  await runtime.start();
  return {
    operations: new SubscriptionOperations(parts),
    websockets: new WebsocketDesk({ ...parts, trouble }),
    store,
    book,
    async stop() {
      await runtime.stop();
      await pool.end();
    },
  };
}
