import type { Actor } from '@holdfast/consent';
import { type AnyConsumer, relayPool } from '@holdfast/events';
import type { Clock, Random, TenantId, Timers } from '@holdfast/kernel';
import {
  DeliveryDesk,
  emailChannel,
  listenForEvents,
  messageChannel,
  restHook,
  SubscriptionBook,
  SubscriptionOperations,
  SubscriptionStore,
  subscriptionConsumer,
  WebsocketDesk,
} from '@holdfast/subscriptions';
import type { AuditTrail } from '../audit-trail.ts';
import type { SubscriptionSettings } from '../config.ts';
import type { Database } from '../database.ts';
import { FHIR_BASE } from '../http/fhir-handler.ts';
import { subscriptionRules } from '../http/subscription-rules.ts';
import type { WriteRules } from '../http/write-rules.ts';
import { DELIVERY_CONNECTIONS } from '../limits.ts';
import { SUBSCRIPTIONS_DEVICE, SubscriptionRecords } from '../workers/subscription-records.ts';
import type { RecordStore } from './record-store.ts';

export interface SubscriptionsParts {
  readonly tenant: TenantId;
  readonly database: Database;
  readonly records: RecordStore;
  readonly audit: AuditTrail;
  readonly settings: SubscriptionSettings | undefined;
  readonly master: Uint8Array;
  readonly address: { readonly url: string };
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  readonly trouble: (error: unknown) => void;
}

/** FHIR Subscriptions: the consumer that numbers events, their delivery, and what clients ask. */
export interface Subscriptions {
  readonly subscriptions: {
    readonly consumer: AnyConsumer;
    readonly operations: SubscriptionOperations;
    readonly websockets: WebsocketDesk;
    readonly rules: WriteRules;
    readonly records: SubscriptionRecords;
    /** Begins to hear of events for this process's websockets. */
    start(): void;
    stop(): Promise<void>;
  };
}

const selfOf = (tenant: TenantId): Actor => ({
  tenant,
  principal: SUBSCRIPTIONS_DEVICE,
  closure: [SUBSCRIPTIONS_DEVICE],
  roles: ['system'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 'holdfast-subscriptions',
});

export function openSubscriptions(parts: SubscriptionsParts): Subscriptions {
  const { tenant, database, audit, settings, master, address } = parts;
  const { clock, random, timers, trouble } = parts;
  const self = selfOf(tenant);
  const pool = relayPool(database.ownerUrl, DELIVERY_CONNECTIONS);
  const store = new SubscriptionStore(pool);
  const records = new SubscriptionRecords({
    ...parts.records,
    pool: database.workers,
    audit,
    self,
  });
  const context = {
    base: () => `${address.url}${FHIR_BASE}/`,
    endpoints: { trustedHosts: new Set(settings?.trustedHosts ?? []) },
  };
  const http = { policy: context.endpoints, master, clock };
  const channels = {
    'rest-hook': restHook(http),
    message: messageChannel({ ...http, base: context.base }),
    ...(settings?.mail !== undefined && { email: emailChannel(settings.mail) }),
  };
  const shared = { ...context, store, records, channels, master, clock, random, trouble };
  const book = new SubscriptionBook(context);
  const desk = new DeliveryDesk({ ...shared, book, timers });
  const operations = new SubscriptionOperations(shared);
  const websockets = new WebsocketDesk(shared);
  let listener: { stop(): Promise<void> } | undefined;
  return {
    subscriptions: {
      consumer: subscriptionConsumer({ records, store, book, desk, self: self.principal }),
      operations,
      websockets,
      records,
      rules: subscriptionRules(operations, database.workers),
      start() {
        listener = listenForEvents({
          url: database.ownerUrl,
          random,
          timers,
          onAnnounced: (key) => void websockets.announced(key),
          onListening: () => void websockets.sweep(),
          trouble,
        });
      },
      async stop() {
        await listener?.stop();
        await pool.end();
      },
    },
  };
}
