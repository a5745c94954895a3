import { seededRandom, type TestDatabase, testDatabase } from '@holdfast/testkit';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cursor, ORIGIN } from '../cursor.ts';
import { EVENT_LIMITS } from '../limits.ts';
import { eventsMigrations } from '../migrations.ts';
import type { RecordedEvent } from '../recorded-event.ts';
import { append, fencePasses, Noticeboard } from '../testing/consumer-stage.ts';
import type { Announce } from '../wake-signal.ts';
import { LogTail } from './log-tail.ts';
import { relayPool } from './relay-connections.ts';

/** Waits as long as a busy machine may take. */
const eventually = <Value>(value: () => Value) => expect.poll(value, { timeout: 20_000 });

describe('LogTail', () => {
  let db: TestDatabase;
  let relay: pg.Pool;
  let tail: LogTail;
  let wake: Announce;
  let board: Noticeboard;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [eventsMigrations] });
    relay = relayPool(db.url, 2);
  });
  afterEach(() => tail.stop());
  afterAll(async () => {
    await relay.end();
    await db.drop();
  });

  const start = async () => {
    await fencePasses(db);
    board = new Noticeboard();
    const signal = {
      subscribe: (announce: Announce) => {
        wake = announce;
        return () => undefined;
      },
    };
    tail = new LogTail({ pool: relay, signal, random: seededRandom(1) });
    tail.subscribe(() => board.note(tail.paused ? 'paused' : 'more'));
    tail.start();
    await board.has('more');
  };
  const names = (events: readonly RecordedEvent[]) =>
    events.map((event) => `${event.stream}/${event.seq}`);
  const all = async (from: Cursor) => names(await tail.read(from, 9_999));

  it('serves what comes from memory, and what was before from the log, without a gap', async () => {
    await append(db, { stream: 1 });
    await start();
    const { position } = tail;
    expect(await all(position)).toEqual([]);
    await append(db, { stream: 1 });
    await append(db, { stream: 2 });
    expect(tail.total(1)).toBe(1);
    wake(null);
    await eventually(() => all(position)).toEqual(['1/2', '2/1']);
    expect(await all(ORIGIN)).toEqual(['1/1', '1/2', '2/1']);
    expect(tail.total(1)).toBe(3);
    expect(names(await tail.read(ORIGIN, 1))).toEqual(['1/1']);
    expect(names(await tail.read(position, 1))).toEqual(['1/2']);
  });

  it('EVE-1 shows nothing above the fence, and looks again by itself once it is known', async () => {
    await start();
    const { position } = tail;
    const slow = await db.pool.connect();
    await slow.query('begin');
    await slow.query('select pg_current_xact_id()');
    await append(db, { stream: 3 });
    wake(null);
    expect(await all(position)).toEqual([]);
    await slow.query('commit');
    slow.release();
    await eventually(() => all(position)).toEqual(['3/1']);
  });

  it('keeps a bounded number of events in memory and still gives every one', async () => {
    await start();
    const { position } = tail;
    const count = EVENT_LIMITS.tailEvents + 10;
    await db.pool.query(
      `insert into event (tenant, stream, seq, event_id, interaction, resource_type, resource_id,
         version, confidentiality, sensitivity, actor, request_id)
       select 1, 4, n, gen_random_uuid(), 'create', 'Observation', n::text, 1, 2, 0, 'a', 'r'
         from generate_series(1, $1::int) n`,
      [count],
    );
    wake(null);
    await eventually(async () => (await all(position)).length).toBe(count);
    expect((await all(position)).slice(-1)).toEqual([`4/${count}`]);
  });

  it('says that it is paused while the database is away, and goes on afterwards', async () => {
    await start();
    const { position } = tail;
    const lock = await db.pool.connect();
    await lock.query('begin');
    await lock.query('lock table event in access exclusive mode');
    const cut = () =>
      db.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'holdfast events'`,
      );
    wake(null);
    await eventually(async () => {
      await cut();
      return board.notes.includes('paused');
    }).toBe(true);
    expect(tail.paused).toBe(true);
    await lock.query('rollback');
    lock.release();
    await append(db, { stream: 5 });
    await eventually(() => all(position)).toEqual(['5/1']);
    await eventually(() => tail.paused).toBe(false);
  });
});
