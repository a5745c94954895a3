import { inTransaction } from '@holdfast/postgres';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventsMigrations } from '../migrations.ts';
import { appendEvent } from '../testing/append-event.ts';
import {
  append,
  createSeen,
  Noticeboard,
  recorder,
  type Stage,
  seen,
  startStage,
} from '../testing/consumer-stage.ts';

/** Waits as long as a busy machine may take. */
const eventually = <Value>(value: () => Value) => expect.poll(value, { timeout: 20_000 });

describe('a log whose writers go wrong', () => {
  let db: TestDatabase;
  let stage: Stage;
  let board: Noticeboard;
  const start = async (group: string) => {
    board = new Noticeboard();
    stage = await startStage(db, [recorder(group, board, { startFrom: 'now' })]);
    await stage.modes.has('logical');
  };
  const open = async (begin = 'begin') => {
    const client = await db.pool.connect();
    await client.query(begin);
    return client;
  };
  beforeAll(async () => {
    db = await testDatabase({ migrations: [eventsMigrations] });
    await createSeen(db);
  });
  afterEach(() => stage.stop());
  afterAll(() => db.drop());

  it('EVE-2 refuses a writer of a higher isolation level on a contended stream, and leaves no hole', async () => {
    await start('isolated');
    const first = await open();
    await appendEvent(first, { stream: 1 });
    const second = await open('begin isolation level repeatable read');
    const late = appendEvent(second, { stream: 1 }).catch((error: unknown) => error);
    await eventually(
      async () => (await db.pool.query('select from pg_locks where not granted')).rowCount,
    ).toBeGreaterThan(0);
    await first.query('commit');
    expect(await late).toMatchObject({ code: '40001' });
    await second.query('rollback');
    for (const client of [first, second]) client.release();
    expect(await append(db, { stream: 1 })).toBe(2);
    await board.has('1/1', '1/2');
    await stage.stop();
    expect(await seen(db, 'isolated')).toEqual(['1/1', '1/2']);
  });

  it('EVE-2 breaks up two writers that lock two streams in opposite order, and repeats one whole', async () => {
    await start('crossed');
    const both = new Noticeboard();
    let rounds = 0;
    const write = (streams: readonly [number, number]) =>
      inTransaction(db.pool, async (tx) => {
        rounds += 1;
        await tx.query(`set local deadlock_timeout = '20ms'`);
        await appendEvent(tx, { stream: streams[0] });
        both.note('one each');
        await both.until((notes) => notes.length >= 2);
        await appendEvent(tx, { stream: streams[1] });
      });
    await Promise.all([write([2, 3]), write([3, 2])]);
    expect(rounds).toBe(3);
    await board.has('2/2', '3/2');
    await stage.stop();
    const all = await seen(db, 'crossed');
    expect(all).toHaveLength(4);
    for (const stream of [2, 3]) {
      const own = all.filter((each) => each.startsWith(`${stream}/`));
      expect(own).toEqual([`${stream}/1`, `${stream}/2`]);
    }
  });

  it('EVE-1 waits for a long write transaction in another database of the cluster', async () => {
    await start('elsewhere');
    const server = new URL(db.url);
    server.pathname = '/postgres';
    const elsewhere = new pg.Client({ connectionString: server.href });
    await elsewhere.connect();
    await elsewhere.query('begin');
    await elsewhere.query('select pg_current_xact_id()');
    await append(db, { stream: 4 });
    const [status] = await stage.runtime.status();
    expect(status).toMatchObject({ lag: 1 });
    expect(board.notes).toEqual([]);
    await elsewhere.query('commit');
    await elsewhere.end();
    await board.has('4/1');
  });

  it('EVE-3 a relay that dies right after handing over repeats the push, not the effect', async () => {
    await start('handed-over');
    for (let round = 1; round <= 3; round++) {
      await append(db, { stream: 5 });
      await db.pool.query(
        `select pg_terminate_backend(active_pid) from pg_replication_slots
          where database = current_database() and active`,
      );
      await board.has(`5/${round}`);
    }
    await stage.modes.until(() => stage.source.status().streams > 1);
    await stage.stop();
    expect(await seen(db, 'handed-over')).toEqual(['5/1', '5/2', '5/3']);
  });
});
