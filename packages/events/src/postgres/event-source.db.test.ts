import { seededRandom, type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventsMigrations } from '../migrations.ts';
import { append, Noticeboard } from '../testing/consumer-stage.ts';
import { EventSource, type EventSourceStatus } from './event-source.ts';

/** A source with boards of its status changes and of what it announced. */
function listen(url: string) {
  const modes = new Noticeboard();
  const wakes = new Noticeboard();
  const onChange = (status: EventSourceStatus) =>
    modes.note(`${status.mode}${status.relay ? ' relay' : ''}`);
  const source = new EventSource({ url, random: seededRandom(3), onChange });
  source.subscribe((position) => wakes.note(position === null ? 'look' : 'event'));
  return { source, modes, wakes };
}

describe('EventSource', () => {
  let db: TestDatabase;
  let open: EventSource[] = [];
  const start = async (url = db.url) => {
    const listening = listen(url);
    open.push(listening.source);
    await listening.source.start();
    return listening;
  };
  const slots = async () => {
    const { rows } = await db.pool.query<{ slot_name: string; temporary: boolean; pid: number }>(
      `select slot_name, temporary, active_pid as pid from pg_replication_slots
        where database = current_database()`,
    );
    return rows;
  };

  beforeAll(async () => {
    db = await testDatabase({ migrations: [eventsMigrations] });
  });
  afterEach(async () => {
    await Promise.all(open.map((source) => source.stop()));
    open = [];
  });
  afterAll(() => db.drop());

  it('tells of a committed event without anybody notifying, and of nothing rolled back', async () => {
    const { modes, wakes } = await start();
    await modes.has('logical relay');
    const quiet = wakes.notes.length;
    const client = await db.pool.connect();
    await client.query('begin; select 1; rollback');
    client.release();
    await append(db, { stream: 1 });
    await wakes.has('event');
    expect(wakes.notes.slice(quiet).filter((note) => note === 'event')).toHaveLength(1);
  });

  it('EVE-8 has one temporary slot, which a stop takes away', async () => {
    const { modes, source } = await start();
    await modes.has('logical relay');
    expect(await slots()).toMatchObject([{ slot_name: source.status().slot, temporary: true }]);
    await source.stop();
    expect(await slots()).toEqual([]);
  });

  it('EVE-8 makes a lost slot anew and looks at the log again', async () => {
    const { modes, source, wakes } = await start();
    await modes.has('logical relay');
    const [slot] = await slots();
    const looked = wakes.notes.length;
    await db.pool.query('select pg_terminate_backend($1)', [slot?.pid]);
    await modes.until((notes) => notes.filter((note) => note === 'logical relay').length === 2);
    expect(source.status()).toMatchObject({ mode: 'logical', streams: 2, reason: null });
    expect(wakes.notes.slice(looked)).toContain('look');
    await append(db, { stream: 2 });
    await wakes.has('event');
  });

  it('wakes a second process through the relay, and that one relays when the first ends', async () => {
    const first = await start();
    await first.modes.has('logical relay');
    const second = await start();
    await second.modes.has('logical');
    expect(second.source.status()).toMatchObject({ mode: 'logical', relay: false });
    const looked = second.wakes.notes.length;
    await append(db, { stream: 3 });
    await second.wakes.until((notes) => notes.length > looked);
    // By what there is and where, as in the relay's own process: groups that handle none of it sleep on.
    expect(second.wakes.notes.slice(looked)).toEqual(['event']);
    await first.source.stop();
    await second.modes.has('logical relay');
    await append(db, { stream: 3 });
    await second.wakes.has('event');
    expect(await slots()).toHaveLength(1);
  });

  it('falls back to NOTIFY and says why where its role may not replicate', async () => {
    const role = `r_${new URL(db.url).pathname.slice(1)}`;
    await db.pool.query(`create role ${role} login password 'p'`);
    const url = new URL(db.url);
    url.username = role;
    url.password = 'p';
    const { modes, source, wakes } = await start(url.href);
    await modes.until(() => source.status().reason?.includes('42501') === true);
    expect(source.status()).toMatchObject({ mode: 'notify', relay: false, listening: true });
    const looked = wakes.notes.length;
    source.notifyCommitted();
    expect(wakes.notes.length).toBe(looked + 1);
    await source.stop();
    await db.pool.query(`drop role ${role}`);
  });

  it('EVE-8 a stop at any moment of the start ends everything', async () => {
    for (let turns = 0; turns < 40; turns++) {
      const { source } = listen(db.url);
      const started = source.start();
      if (turns % 2 === 0) await started;
      for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
      await source.stop();
      await started;
    }
    expect(await slots()).toEqual([]);
  });

  it('starts without the database and comes up once it is there', async () => {
    const name = new URL(db.url).pathname.slice(1);
    const server = new URL(db.url);
    server.pathname = '/postgres';
    const admin = await testAdmin(server.href);
    await admin.query(`alter database ${name} allow_connections false`);
    const { modes, source } = await start();
    expect(source.status().mode).toBe('notify');
    await admin.query(`alter database ${name} allow_connections true`);
    await admin.end();
    await modes.until(() => source.status().listening && source.status().relay);
    expect(source.status()).toMatchObject({ mode: 'logical', reason: null });
  });
});

async function testAdmin(url: string) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
