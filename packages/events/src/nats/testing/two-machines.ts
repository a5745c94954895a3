import { createPool, inTransaction } from '@holdfast/postgres';
import { seededRandom, type TestDatabase, testDatabase } from '@holdfast/testkit';
import type pg from 'pg';
import { defineConsumer } from '../../consumer.ts';
import { eventsMigrations } from '../../migrations.ts';
import { ConsumerRuntime, consumerOf } from '../../postgres/consumer-runtime.ts';
import { EventSource } from '../../postgres/event-source.ts';
import { moveGroup } from '../../postgres/move-group.ts';
import { relayPool } from '../../postgres/relay-connections.ts';
import { createSeen } from '../../testing/consumer-stage.ts';
import type { BrokerSettings } from '../broker-settings.ts';
import { LogMirror } from '../log-mirror.ts';
import { NatsRelay, RELAY_GROUP } from '../nats-relay.ts';

/** One machine writes and relays, the other has a copy and a consumer; a broker between them. */
export interface TwoMachines {
  readonly origin: TestDatabase;
  readonly remote: TestDatabase;
  readonly runtime: ConsumerRuntime;
  readonly troubles: string[];
  /** Begins to copy and consume; again after `stopRemote`. */
  startRemote(): Promise<void>;
  stopRemote(): Promise<void>;
  stop(): Promise<void>;
}

export async function twoMachines(settings: BrokerSettings): Promise<TwoMachines> {
  const [origin, remote] = [
    await testDatabase({ migrations: [eventsMigrations] }),
    await testDatabase({ migrations: [eventsMigrations] }),
  ];
  await createSeen(remote);
  const random = seededRandom(11);
  const troubles: string[] = [];
  const trouble = (error: unknown) => troubles.push(String(error));
  const pool = relayPool(origin.url, 2);
  const relay = new NatsRelay({
    settings,
    pool,
    random,
    trouble,
    replay: (after) =>
      inTransaction(origin.pool, (client) =>
        moveGroup(client, RELAY_GROUP, { kind: 'position', after }),
      ),
  });
  const source = new EventSource({ url: origin.url, random });
  const runtime = new ConsumerRuntime({ url: origin.url, signal: source, random }, [
    consumerOf(relay.consumer),
  ]);
  await source.start();
  await runtime.start();
  let machine: { stop(): Promise<void> } | null = null;
  const stopRemote = async () => {
    await machine?.stop();
    machine = null;
  };
  return {
    origin,
    remote,
    runtime,
    troubles,
    startRemote: async () => {
      machine = await remoteMachine(remote, settings, trouble);
    },
    stopRemote,
    stop: async () => {
      await stopRemote();
      await runtime.stop();
      await relay.stop();
      await source.stop();
      await pool.end();
      await origin.drop();
      await remote.drop();
    },
  };
}

/** The same `defineConsumer`, the same runtime: only the signal is another one. */
async function remoteMachine(
  { url }: TestDatabase,
  settings: BrokerSettings,
  trouble: (error: unknown) => void,
): Promise<{ stop(): Promise<void> }> {
  const random = seededRandom(12);
  const pool: pg.Pool = createPool({ url, applicationName: 'mirror', max: 2 });
  const mirror = new LogMirror({ settings, url, pool, random, trouble });
  const recorder = defineConsumer({
    group: 'elsewhere',
    handles: { resourceTypes: ['Observation'] },
    effect: async (tx, event) => {
      const values = ['elsewhere', String(event.stream), String(event.seq)];
      await tx.query('insert into seen values ($1, $2, $3)', values);
    },
  });
  const runtime = new ConsumerRuntime({ url, signal: mirror, random }, [consumerOf(recorder)]);
  await runtime.start();
  mirror.start();
  return {
    stop: async () => {
      await mirror.stop();
      await runtime.stop();
      await pool.end();
    },
  };
}
