import { EventEmitter, once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { systemClock } from '@holdfast/kernel';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventsMigrations } from '../migrations.ts';
import { appendEvent } from '../testing/append-event.ts';
import type { Announced } from '../wake-signal.ts';
import { PUBLICATION, ReplicationStream } from './replication-stream.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ migrations: [eventsMigrations] });
});
afterAll(() => db.drop());

/** ErrorResponse of a server that an administrator shuts down, as the protocol writes it. */
function shutdownMessage(): Buffer {
  const fields = Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0');
  const head = Buffer.alloc(5, 'E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]); // ReadyForQuery, idle

/** Passes everything on, but for replication connections: tells what is sent to them instead. */
async function between(url: URL, toReplication: (client: Socket, sent: Buffer) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(url.port), url.hostname);
    let replicates = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (sent) => {
      replicates ||= sent.includes('replication');
      upstream.write(sent);
    });
    upstream.on('data', (sent) => {
      if (replicates) toReplication(client, sent);
      else client.write(sent);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const through = new URL(url);
  through.host = `127.0.0.1:${(server.address() as { port: number }).port}`;
  return {
    url: through.href,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

it('EVE-7 a server that goes away as the stream connects ends the stream, not the process', async () => {
  const proxy = await between(new URL(db.url), (client, sent) => {
    if (sent.includes(READY)) client.end(Buffer.concat([sent, shutdownMessage()]));
    else client.write(sent);
  });
  const uncaught: unknown[] = [];
  const note = (error: unknown) => uncaught.push(error);
  process.prependListener('uncaughtException', note);
  try {
    const stream = new ReplicationStream({
      url: proxy.url,
      slot: 'going_away',
      clock: systemClock,
      onLive: () => undefined,
      onEvent: () => undefined,
    });
    await expect(stream.run()).rejects.toThrow(/connection/i);
    await stream.stop();
    expect(uncaught).toEqual([]);
  } finally {
    process.removeListener('uncaughtException', note);
    proxy.close();
  }
});

it('EVE-7 a stream that is stopped while the server keeps it waiting ends', async () => {
  const waiting = new EventEmitter();
  const connecting = once(waiting, 'connecting');
  const proxy = await between(new URL(db.url), (client) => waiting.emit('connecting', client));
  const stream = new ReplicationStream({
    url: proxy.url,
    slot: 'kept_waiting',
    clock: systemClock,
    onLive: () => undefined,
    onEvent: () => undefined,
  });
  const run = stream.run();
  await connecting;
  const stopped = stream.stop();
  proxy.close();
  await stopped;
  await expect(run).resolves.toBeUndefined();
});

it('EVE-7 tells what kind of event came, also where the publication carried places alone', async () => {
  await db.pool.query(`drop publication if exists ${PUBLICATION}`);
  await db.pool.query(
    `create publication ${PUBLICATION} for table holdfast.event (xid, id)
       with (publish = 'insert', publish_via_partition_root = true)`,
  );
  const writer = await db.pool.connect();
  const heard = new EventEmitter();
  const [live, announced] = [once(heard, 'live'), once(heard, 'event')];
  const stream = new ReplicationStream({
    url: db.url,
    slot: 'of_before',
    clock: systemClock,
    onLive: () => heard.emit('live'),
    onEvent: (told) => heard.emit('event', told),
  });
  const run = stream.run();
  await live;
  await writer.query('begin');
  await appendEvent(writer, { stream: 1, resourceType: 'Condition', urgency: 'now' });
  await writer.query('commit');
  writer.release();
  const [told] = (await announced) as [Announced];
  const { rows } = await db.pool.query<{ xid: string; id: string }>(
    'select xid, id from holdfast.event',
  );
  const [event] = rows;
  expect(told).toEqual({
    position: { xid: BigInt(event?.xid ?? 0), id: BigInt(event?.id ?? 0) },
    head: { tenant: 1, resourceType: 'Condition', interaction: 'create', urgency: 'now' },
  });
  await stream.stop();
  await run;
});
