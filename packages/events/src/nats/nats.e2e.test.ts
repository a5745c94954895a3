// Goal: the log reaches consumers on other machines through a broker that may die, forget or be
// replaced: nothing lost, nothing twice, each stream in order. Method: real servers, killed for real.
import { natsServerPath } from '@holdfast/testkit';
import { jetstreamManager, StorageType } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { append, seen } from '../testing/consumer-stage.ts';
import { connectBroker } from './broker-connection.ts';
import { ensureEventStream } from './event-stream.ts';
import { BROKER_STREAM } from './event-subject.ts';
import { inspectBroker } from './inspect-broker.ts';
import { type NatsServers, natsServers } from './testing/nats-servers.ts';
import { type TwoMachines, twoMachines } from './testing/two-machines.ts';

const PROGRAM = natsServerPath();
const STREAMS = 4;
const PATIENCE = { timeout: 60_000, interval: 50 };

/** What a consumer of everything has to have seen of each stream: 1, 2, 3 and so on. */
function inOrder(of: readonly string[]): string[] {
  const heads = new Map<string, number>();
  return of.filter((each) => {
    const [stream = '', seq = ''] = each.split('/');
    const next = (heads.get(stream) ?? 0) + 1;
    heads.set(stream, next);
    return Number(seq) !== next;
  });
}

describe.skipIf(PROGRAM === undefined)('one NATS server', () => {
  let servers: NatsServers;
  let machines: TwoMachines;
  let written = 0;
  beforeAll(async () => {
    servers = await natsServers(PROGRAM ?? '', 1);
    machines = await twoMachines(servers.settings);
    await machines.startRemote();
  }, 120_000);
  afterAll(async () => {
    await machines.stop();
    await servers.stop();
  }, 60_000);

  const write = async (count: number) => {
    for (let i = 0; i < count; i++) await append(machines.origin, { stream: 1 + (i % STREAMS) });
    written += count;
  };
  const arrived = async () => (await seen(machines.remote, 'elsewhere')).length;
  const everything = async () => {
    await expect.poll(arrived, PATIENCE).toBe(written);
    expect(inOrder(await seen(machines.remote, 'elsewhere'))).toEqual([]);
  };
  const stored = async () => {
    const connection = await connectBroker(servers.settings, 'test');
    const jsm = await jetstreamManager(connection);
    const { state, config } = await jsm.streams.info(BROKER_STREAM);
    await connection.close();
    return { messages: state.messages, config };
  };

  it('EVE-14 brings every event to a consumer elsewhere, once and in order', async () => {
    await write(40);
    await everything();
    expect(await stored()).toMatchObject({
      messages: 40,
      config: { storage: StorageType.File, deny_delete: true, num_replicas: 1 },
    });
  }, 90_000);

  it('finds nothing to say against the stream that the relay made', async () => {
    const facts = await inspectBroker(servers.settings);
    expect(facts.stream).toEqual({ messages: 40, differences: [], copiesBehind: 0 });
    expect(facts.servers).toMatchObject([{ jetstream: true, error: null }]);
    expect(JSON.stringify(facts)).not.toContain('p%40ss');
    expect(facts.servers[0]?.version).toMatch(/^\d+\.\d+/);
    const more = await inspectBroker({ ...servers.settings, keepDays: 1 });
    expect(more.stream?.differences).toEqual([expect.stringMatching(/^max_age is/)]);
  });

  it('EVE-14 hands over again after a crash before the note of it, and nobody sees it twice', async () => {
    await machines.runtime.replay('nats-relay', { kind: 'origin' });
    await write(3);
    await everything();
    // The broker knew the ids.
    expect((await stored()).messages).toBe(written);
  }, 90_000);

  it('EVE-14 carries on where a stopped mirror stood', async () => {
    await machines.stopRemote();
    const before = await seen(machines.remote, 'elsewhere');
    await write(20);
    expect(await seen(machines.remote, 'elsewhere')).toEqual(before);
    await machines.startRemote();
    await everything();
  }, 90_000);

  it('EVE-15 fills a broker that lost everything out of the log, by itself', async () => {
    await servers.kill(0);
    await write(5);
    servers.destroy(0);
    await servers.start(0);
    await everything();
    await expect.poll(async () => (await stored()).messages, PATIENCE).toBe(written);
    await write(5);
    await everything();
  }, 120_000);

  it('EVE-15 fills a broker that forgot what came last, as after a restore or a lost disk write', async () => {
    await servers.kill(0);
    const restore = servers.keep(0);
    await servers.start(0);
    await write(30);
    await everything();
    await servers.kill(0);
    restore();
    await servers.start(0);
    await write(2);
    await everything();
    await expect.poll(async () => (await stored()).messages, PATIENCE).toBe(written);
  }, 120_000);

  it('EVE-16 refuses a stream that forgets at a restart, and says which setting it is', async () => {
    const connection = await connectBroker(servers.settings, 'test');
    const jsm = await jetstreamManager(connection);
    await jsm.streams.delete(BROKER_STREAM);
    await jsm.streams.add({
      name: BROKER_STREAM,
      subjects: ['holdfast.event.>'],
      storage: StorageType.Memory,
    });
    await expect(ensureEventStream(jsm, servers.settings)).rejects.toMatchObject({
      code: 'events/broker-stream-unfit',
      detail: { diagnostics: expect.stringContaining('storage is "memory", not "file"') as string },
    });
    await jsm.streams.delete(BROKER_STREAM);
    await connection.close();
    await write(2);
    await everything();
  }, 120_000);
});

describe.skipIf(PROGRAM === undefined)('three NATS servers', () => {
  let servers: NatsServers;
  let machines: TwoMachines;
  beforeAll(async () => {
    servers = await natsServers(PROGRAM ?? '', 3);
    machines = await twoMachines(servers.settings);
    await machines.startRemote();
  }, 120_000);
  afterAll(async () => {
    await machines.stop();
    await servers.stop();
  }, 60_000);

  it('EVE-14 EVE-15 lose nothing with one of them killed, then all, then all that they stored', async () => {
    let written = 0;
    const write = async (count: number) => {
      for (let i = 0; i < count; i++) await append(machines.origin, { stream: 1 + (i % STREAMS) });
      written += count;
    };
    const everything = async () => {
      await expect
        .poll(async () => (await seen(machines.remote, 'elsewhere')).length, PATIENCE)
        .toBe(written);
      expect(inOrder(await seen(machines.remote, 'elsewhere'))).toEqual([]);
    };
    await write(20);
    await everything();

    await servers.kill(0);
    await write(20);
    await everything();

    await Promise.all([servers.kill(1), servers.kill(2)]);
    await write(20);
    await Promise.all([0, 1, 2].map((node) => servers.start(node)));
    await everything();

    await Promise.all([0, 1, 2].map((node) => servers.kill(node)));
    for (const node of [0, 1, 2]) servers.destroy(node);
    await write(5);
    await Promise.all([0, 1, 2].map((node) => servers.start(node)));
    await everything();
  }, 240_000);
});
