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
import type { SignalRecorder } from '@holdfast/visibility';
import type { Pool } from 'pg';

export interface BrokerRelayParts {
  readonly settings: BrokerSettings | undefined;
  readonly url: string;
  readonly owner: Pool;
  readonly signals: SignalRecorder;
  readonly trouble: (error: unknown) => void;
}

/** Carries the log to a broker, where one is configured. */
export interface BrokerRelay {
  readonly relayConsumers: readonly AnyConsumer[];
  /** After the consumers have stopped. */
  closeRelay(): Promise<void>;
}

const AWAY = { cause: 'event-broker-unavailable', tenant: null } as const;

export function openBrokerRelay(parts: BrokerRelayParts): BrokerRelay {
  const { settings, url, owner, signals, trouble } = parts;
  if (settings === undefined) return { relayConsumers: [], closeRelay: async () => undefined };
  const pool = relayPool(url, 1);
  const relay = new NatsRelay({
    settings,
    pool,
    trouble: (error) => {
      signals.report({ ...AWAY, outcome: 'delayed' });
      trouble(error);
    },
    onReady: () => signals.resolve(AWAY),
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
