import {
  type AnyConsumer,
  type BrokerSettings,
  consumerOf,
  moveGroup,
  NatsRelay,
  RELAY_GROUP,
  relayPool,
} from '@holdfast/events';
import { inTransaction } from '@holdfast/postgres';
import type { Pool } from 'pg';

export interface BrokerRelayParts {
  readonly settings: BrokerSettings | undefined;
  readonly url: string;
  readonly owner: Pool;
  readonly trouble: (error: unknown) => void;
}

/** Carries the log to a broker, where one is configured. */
export interface BrokerRelay {
  readonly relayConsumers: readonly AnyConsumer[];
  /** After the consumers have stopped. */
  closeRelay(): Promise<void>;
}

export function openBrokerRelay({ settings, url, owner, trouble }: BrokerRelayParts): BrokerRelay {
  if (settings === undefined) return { relayConsumers: [], closeRelay: async () => undefined };
  const pool = relayPool(url, 1);
  const relay = new NatsRelay({
    settings,
    pool,
    trouble,
    replay: (after) =>
      inTransaction(owner, (client) => moveGroup(client, RELAY_GROUP, { kind: 'position', after })),
  });
  return {
    relayConsumers: [consumerOf(relay.consumer)],
    closeRelay: async () => {
      await relay.stop();
      await pool.end();
    },
  };
}
