import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createPool,
  type EmbeddedPostgres,
  migrate,
  startEmbeddedPostgres,
} from '@holdfast/postgres';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventsMigrations } from '../migrations.ts';
import { appendEvent } from '../testing/append-event.ts';
import {
  append,
  createSeen,
  Noticeboard,
  recorder,
  type Stage,
  type StageDatabase,
  seen,
  startStage,
} from '../testing/consumer-stage.ts';

/** Waits as long as a busy machine may take. */
const eventually = <Value>(value: () => Value) => expect.poll(value, { timeout: 20_000 });

/** What may go wrong in the server itself: it has settings that other tests cannot share. */
const SETTINGS = {
  fsync: 'off',
  // A commit that asks for a synchronous standby waits for one that never comes.
  synchronous_standby_names: 'nobody',
  synchronous_commit: 'local',
  max_prepared_transactions: 2,
  max_slot_wal_keep_size: '1MB',
};

describe('a log whose server goes wrong', () => {
  let folder: string;
  let server: EmbeddedPostgres;
  let db: StageDatabase & { readonly pool: pg.Pool };
  let stage: Stage;
  let board: Noticeboard;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-accidents-'));
    server = await startEmbeddedPostgres({ dataDirectory: folder, settings: SETTINGS });
    const url = await server.ensureDatabase('holdfast');
    db = { url, pool: createPool({ url, applicationName: 'accidents', max: 6 }) };
    await migrate(db.pool, [eventsMigrations]);
    await createSeen(db);
  });
  afterEach(() => stage.stop());
  afterAll(async () => {
    await db.pool.end();
    await server.stop();
    for (const each of [server.directory, folder]) await rm(each, { recursive: true, force: true });
  });
  const start = async (group: string) => {
    board = new Noticeboard();
    stage = await startStage(db, [recorder(group, board, { startFrom: 'now' })]);
    await stage.modes.has('logical');
  };
  const count = async (stream: number) =>
    (await db.pool.query('select from event where stream = $1', [stream])).rowCount;

  it('EVE-1 handles an event that was pushed before anybody could read it', async () => {
    await start('ahead');
    const pushed = new Noticeboard();
    stage.source.subscribe((position) => pushed.note(position === null ? 'look' : 'event'));
    const writer = await db.pool.connect();
    const { rows } = await writer.query<{ pid: number }>('select pg_backend_pid() as pid');
    await writer.query('begin');
    await writer.query('set local synchronous_commit = on');
    await appendEvent(writer, { stream: 1 });
    const committed = writer.query('commit');
    await pushed.has('event');
    expect(await count(1)).toBe(0);
    expect(board.notes).toEqual([]);
    await db.pool.query('select pg_cancel_backend($1)', [rows[0]?.pid]);
    await committed;
    writer.release();
    await board.has('1/1');
    await stage.stop();
    expect(await seen(db, 'ahead')).toEqual(['1/1']);
  });

  it('EVE-1 waits for a prepared transaction, and loses neither it nor what came after', async () => {
    await start('prepared');
    const writer = await db.pool.connect();
    await writer.query('begin');
    await appendEvent(writer, { stream: 2 });
    await writer.query(`prepare transaction 'held'`);
    await append(db, { stream: 3 });
    expect(board.notes).toEqual([]);
    await writer.query(`commit prepared 'held'`);
    writer.release();
    await board.has('2/1', '3/1');
  });

  it('EVE-8 goes on after its slot was invalidated, and loses nothing', async () => {
    await start('invalidated');
    const slot = async () => {
      const { rows } = await db.pool.query<{ pid: number }>(
        'select active_pid as pid from pg_replication_slots where active',
      );
      return rows[0]?.pid ?? null;
    };
    const before = await slot();
    // A long transaction keeps the slot's WAL; more than the server may keep is written meanwhile.
    const long = await db.pool.connect();
    await long.query('begin');
    await long.query('select pg_current_xact_id()');
    for (let segment = 0; segment < 4; segment++) {
      await db.pool.query(`select pg_logical_emit_message(false, 'filler', 'x'), pg_switch_wal()`);
    }
    await db.pool.query('checkpoint');
    await eventually(slot).not.toBe(before);
    await append(db, { stream: 4 });
    await long.query('commit');
    long.release();
    await board.has('4/1');
    await stage.modes.until(() => stage.source.status().streams > 1);
    await append(db, { stream: 4 });
    await board.has('4/2');
    await stage.stop();
    expect(await seen(db, 'invalidated')).toEqual(['4/1', '4/2']);
  });

  it('EVE-7 goes on after the server was killed, and loses and repeats nothing', async () => {
    await start('server-killed');
    await append(db, { stream: 5 });
    await board.has('5/1');
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    await server.restart();
    await eventually(() => append(db, { stream: 5 }).catch(() => null)).toBe(2);
    await board.has('5/2');
    await stage.stop();
    expect(await seen(db, 'server-killed')).toEqual(['5/1', '5/2']);
  });
});
