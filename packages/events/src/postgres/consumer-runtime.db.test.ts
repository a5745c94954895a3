import type { ResourceKey, TenantId } from '@holdfast/kernel';
import { inTransaction } from '@holdfast/postgres';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defineConsumer } from '../consumer.ts';
import { eventsMigrations } from '../migrations.ts';
import { appendEvent, appendEventLocked } from '../testing/append-event.ts';
import {
  append,
  createSeen,
  Noticeboard,
  recorder,
  type Stage,
  seen,
  startStage,
} from '../testing/consumer-stage.ts';
import { consumerOf } from './consumer-runtime.ts';
import { listDeadLetters } from './dead-letters.ts';

describe('the consumer runtime on PostgreSQL', () => {
  let db: TestDatabase;
  let stages: Stage[] = [];
  const stage = async (...args: Parameters<typeof startStage>): Promise<Stage> => {
    const started = await startStage(...args);
    stages.push(started);
    return started;
  };
  const stopAll = async () => {
    await Promise.all(stages.map((each) => each.stop()));
    stages = [];
  };
  /** What a group has committed once everything under way has ended. */
  const settled = async (group: string) => {
    await stopAll();
    return seen(db, group);
  };
  const open = async (): Promise<pg.PoolClient> => {
    const client = await db.pool.connect();
    await client.query('begin');
    return client;
  };
  beforeAll(async () => {
    db = await testDatabase({ migrations: [eventsMigrations] });
    await createSeen(db);
  });
  afterEach(stopAll);
  afterAll(() => db.drop());

  it('handles what was there before and what comes, each once and in order', async () => {
    const board = new Noticeboard();
    await append(db, { stream: 1 });
    const { modes, source, runtime } = await stage(db, [recorder('plain', board)]);
    await modes.has('logical');
    expect(source.status()).toMatchObject({ mode: 'logical', relay: true, reason: null });
    await append(db, { stream: 1 });
    await append(db, { stream: 2 });
    await board.has('1/1', '1/2', '2/1');
    expect(await runtime.status()).toMatchObject([{ group: 'plain', leading: true }]);
    expect(await settled('plain')).toEqual(['1/1', '1/2', '2/1']);
  });

  it('EVE-1 loses no late commit with a lower id and a lower transaction id', async () => {
    const board = new Noticeboard();
    const { modes } = await stage(db, [recorder('late', board, { startFrom: 'now' })]);
    await modes.has('logical');
    const slow = await open();
    await appendEvent(slow, { stream: 10 });
    await append(db, { stream: 11 });
    await slow.query('commit');
    slow.release();
    await board.has('10/1', '11/1');
    expect(await settled('late')).toEqual(['10/1', '11/1']);
  });

  it('EVE-1 loses no event whose id is lower though its transaction is newer', async () => {
    const board = new Noticeboard();
    const { modes } = await stage(db, [recorder('newer', board, { startFrom: 'now' })]);
    await modes.has('logical');
    const older = await open();
    await older.query('select pg_current_xact_id()');
    const newer = await open();
    await appendEvent(newer, { stream: 12 });
    await appendEvent(older, { stream: 13 });
    await older.query('commit');
    await newer.query('commit');
    older.release();
    newer.release();
    await board.has('12/1', '13/1');
    expect(await settled('newer')).toEqual(['13/1', '12/1']);
  });

  it('EVE-2 a rollback leaves no hole in its stream', async () => {
    const board = new Noticeboard();
    await stage(db, [recorder('rollback', board, { startFrom: 'now' })]);
    const failing = await open();
    await appendEvent(failing, { stream: 14 });
    await failing.query('rollback');
    failing.release();
    expect(await append(db, { stream: 14 })).toBe(1);
    await board.has('14/1');
    expect(await settled('rollback')).toEqual(['14/1']);
  });

  it('EVE-1 waits for a long write transaction elsewhere, and loses nothing by it', async () => {
    const board = new Noticeboard();
    const { modes } = await stage(db, [recorder('long', board, { startFrom: 'now' })]);
    await modes.has('logical');
    const elsewhere = await open();
    await elsewhere.query('select pg_current_xact_id()');
    await append(db, { stream: 15 });
    const { rows } = await db.pool.query(
      `select xid < pg_snapshot_xmin(pg_current_snapshot()) as below from event where stream = 15`,
    );
    expect(rows).toEqual([{ below: false }]);
    expect(board.notes).toEqual([]);
    await elsewhere.query('commit');
    elsewhere.release();
    await board.has('15/1');
    expect(await settled('long')).toEqual(['15/1']);
  });

  it('EVE-3 an effect whose connection dies before the commit happens once', async () => {
    const board = new Noticeboard();
    let killed = false;
    const undone: string[] = [];
    const killing = recorder('killed', board, {
      startFrom: 'now',
      async effect(tx, event) {
        await tx.query(`insert into seen values ('killed', $1, $2)`, [
          String(event.stream),
          String(event.seq),
        ]);
        if (!killed) {
          killed = true;
          const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
          await db.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
        }
        await tx.query('select 1');
        board.note(`${event.stream}/${event.seq}`);
      },
      onUndone: (events) => undone.push(...events.map(({ stream, seq }) => `${stream}/${seq}`)),
    });
    await stage(db, [killing]);
    await append(db, { stream: 16 });
    await board.has('16/1');
    expect(killed).toBe(true);
    expect(await settled('killed')).toEqual(['16/1']);
    expect(undone).toEqual(['16/1']);
    expect((await db.pool.query('select from consumer_parked')).rowCount).toBe(0);
  });

  it('EVE-5 a poison event holds back its own stream only, until it is redriven', async () => {
    const board = new Noticeboard();
    let cured = false;
    const poisoned = recorder('poison', board, {
      startFrom: 'now',
      async effect(tx, event) {
        if (event.stream === 17n && event.seq === 1n && !cured) throw new Error('cannot digest');
        await tx.query(`insert into seen values ('poison', $1, $2)`, [
          String(event.stream),
          String(event.seq),
        ]);
        board.note(`${event.stream}/${event.seq}`);
      },
      onParked: ({ attempts }) => board.note(`parked ${attempts}`),
      onDeadLetter: ({ attempts, reason }) => board.note(`dead ${attempts} ${reason}`),
      onRecovered: (_group, { seq }) => board.note(`recovered with ${seq}`),
    });
    const { runtime } = await stage(db, [poisoned]);
    await append(db, { stream: 17 });
    await append(db, { stream: 17 });
    await append(db, { stream: 18 });
    await board.has('18/1', 'parked 1', 'parked 3', 'dead 4 Error: cannot digest');
    await append(db, { stream: 17 });
    await append(db, { stream: 18 });
    await board.has('18/2');
    expect(await runtime.status()).toMatchObject([{ parkedStreams: 1, deadLetters: 1 }]);
    expect(board.notes.filter((note) => note.startsWith('17/'))).toEqual([]);

    cured = true;
    const [status] = await runtime.status();
    expect(status?.oldestWaiting).toBeInstanceOf(Date);
    await runtime.redrive('poison', {
      tenant: 1 as TenantId,
      stream: 17n as ResourceKey,
    });
    await board.has('recovered with 3');
    expect(await runtime.status()).toMatchObject([{ parkedStreams: 0, deadLetters: 0 }]);
    expect(await settled('poison')).toEqual(['18/1', '18/2', '17/1', '17/2', '17/3']);
  });

  it('sets a dead event aside and goes on where the group may skip', async () => {
    const board = new Noticeboard();
    const skipping = recorder('skip', board, {
      startFrom: 'now',
      onExhausted: 'skip',
      retry: { maxAttempts: 1, firstDelayMs: 1, maxDelayMs: 1 },
      async effect(_tx, event) {
        if (event.seq === 1n) throw new Error('no');
        board.note(`${event.stream}/${event.seq}`);
      },
      onDeadLetter: ({ event }) => board.note(`dead ${event.seq}`),
    });
    const { runtime } = await stage(db, [skipping]);
    await append(db, { stream: 19 });
    await append(db, { stream: 19 });
    await board.has('dead 1', '19/2');
    expect(await runtime.status()).toMatchObject([{ parkedStreams: 0, deadLetters: 1 }]);
    const [letter, ...others] = await listDeadLetters(db.pool, 'skip');
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ group: 'skip', stream: 19n, seq: 1n, attempts: 1 });
    expect(letter).toMatchObject({ reason: 'Error: no', reference: 'Observation/19-1/_history/1' });
  });

  it('EVE-4 reports an event that a broken writer put after a later one of its stream', async () => {
    const board = new Noticeboard();
    const watched = recorder('disorder', board, {
      startFrom: 'now',
      onDeadLetter: ({ event, reason }) => board.note(`dead ${event.seq} ${reason}`),
    });
    const { modes } = await stage(db, [watched]);
    await modes.has('logical');
    const early = await open();
    await early.query('select pg_current_xact_id()');
    const other = await open();
    await appendEventLocked(other, { stream: 20 });
    await other.query('commit');
    await appendEventLocked(early, { stream: 20 });
    await early.query('commit');
    early.release();
    other.release();
    await board.has('20/2', 'dead 1 Error: EVE-4 event after a later one of its stream');
    expect(await settled('disorder')).toEqual(['20/2']);
  });

  it('EVE-6 effects run behind the tenant wall of their event', async () => {
    const board = new Noticeboard();
    const walled = consumerOf(
      defineConsumer({
        group: 'walled',
        handles: {},
        startFrom: 'now',
        async effect(tx, event) {
          const { rows } = await tx.query<{ who: string; tenants: string }>(
            `select current_user as who, string_agg(distinct tenant::text, ',') as tenants from event`,
          );
          board.note(`${event.tenant}: ${rows[0]?.who} sees ${rows[0]?.tenants}`);
        },
      }),
    );
    await stage(db, [walled]);
    await append(db, { stream: 21 });
    await append(db, { stream: 21, tenant: 2 });
    await board.until((notes) => notes.length === 2);
    expect(board.notes).toEqual(['1: holdfast_app sees 1', '2: holdfast_app sees 2']);
  });

  it('gives outside work its event and result, and parks what it refuses', async () => {
    const board = new Noticeboard();
    const outside = consumerOf(
      defineConsumer<string>({
        group: 'outside',
        handles: { resourceTypes: ['Observation'] },
        startFrom: 'now',
        retry: { maxAttempts: 3, firstDelayMs: 1, maxDelayMs: 1 },
        async external(event, { attempt }) {
          if (event.stream === 22n && attempt < 3) throw new Error('busy');
          return `score of ${event.stream} at attempt ${attempt}`;
        },
        async effect(_tx, _event, prepared) {
          board.note(prepared);
        },
      }),
    );
    await stage(db, [outside]);
    await append(db, { stream: 22 });
    await append(db, { stream: 23 });
    await append(db, { stream: 24, resourceType: 'Consent' });
    await board.has('score of 22 at attempt 3', 'score of 23 at attempt 1');
    expect(board.notes.some((note) => note.includes('24'))).toBe(false);
  });

  it('EVE-7 one process leads a group and another takes over when its session ends', async () => {
    const board = new Noticeboard();
    const first = await stage(db, [recorder('led', board, { startFrom: 'now' })]);
    await append(db, { stream: 25 });
    await board.has('25/1');
    const second = await stage(db, [recorder('led', board)]);
    await append(db, { stream: 25 });
    await board.has('25/2');
    expect(await second.runtime.status()).toMatchObject([{ leading: false }]);
    await first.stop();
    await append(db, { stream: 25 });
    await board.has('25/3');
    expect(await second.runtime.status()).toMatchObject([{ leading: true }]);
    stages = [second];
    expect(await settled('led')).toEqual(['25/1', '25/2', '25/3']);
  });

  it('EVE-7 goes on after every connection was cut, and nothing is lost or repeated', async () => {
    const board = new Noticeboard();
    const { modes, source } = await stage(db, [recorder('cut', board, { startFrom: 'now' })]);
    await modes.has('logical');
    for (let round = 1; round <= 3; round++) {
      await append(db, { stream: 26 });
      await db.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name like 'holdfast %'`,
      );
      await append(db, { stream: 26 });
      await board.has(`26/${round * 2}`);
    }
    await modes.until((notes) => notes.filter((note) => note === 'logical').length > 1);
    expect(source.status().streams).toBeGreaterThan(1);
    // Noted is not committed: the last effect's connection may have been cut, too.
    while ((await seen(db, 'cut')).length < 6) await modes.until(() => true);
    expect(await settled('cut')).toEqual(['26/1', '26/2', '26/3', '26/4', '26/5', '26/6']);
  });

  it('handles again what is replayed, by position, by time and from the origin', async () => {
    const board = new Noticeboard();
    const handles = { resourceTypes: ['Replayed'] };
    const { runtime } = await stage(db, [recorder('replay', board, { handles })]);
    for (let i = 0; i < 3; i++) await append(db, { stream: 27, resourceType: 'Replayed' });
    await board.has('27/3');
    const { rows } = await db.pool.query<{ xid: string; id: string; occurred_at: Date }>(
      'select xid, id, occurred_at from event where stream = 27 order by seq',
    );
    const [first, second] = rows;
    if (first === undefined || second === undefined) throw new Error('two events were written');
    const after = { xid: BigInt(first.xid), id: BigInt(first.id) };
    const count = (text: string, times: number) =>
      board.until((notes) => notes.filter((note) => note === text).length === times);

    await runtime.replay('replay', { kind: 'position', after });
    await count('27/3', 2);
    expect(board.notes).toEqual(['27/1', '27/2', '27/3', '27/2', '27/3']);
    await runtime.replay('replay', { kind: 'time', at: second.occurred_at });
    await count('27/3', 3);
    await expect(
      runtime.replay('replay', { kind: 'time', at: new Date('2999-01-01T00:00:00Z') }),
    ).rejects.toMatchObject({ code: 'events/position-from-the-future' });
    await runtime.replay('replay', { kind: 'origin' });
    await count('27/3', 4);
    expect(board.notes.slice(-3)).toEqual(['27/1', '27/2', '27/3']);
    await expect(
      runtime.replay('replay', { kind: 'position', after: { xid: after.xid * 1000n, id: 0n } }),
    ).rejects.toMatchObject({ code: 'events/position-from-the-future' });
  });

  it('rebuilds a projection by a second group beside the first, which goes on as if alone', async () => {
    const handles = { resourceTypes: ['Projected'] };
    const write = () => append(db, { stream: 58, resourceType: 'Projected' });
    const board = new Noticeboard();
    await stage(db, [recorder('old-projection', board, { handles })]);
    for (let i = 0; i < 3; i++) await write();
    await board.has('58/3');
    await stopAll();

    const old = new Noticeboard();
    const rebuilt = new Noticeboard();
    await stage(db, [
      recorder('old-projection', old, { handles }),
      recorder('new-projection', rebuilt, { handles, startFrom: 'origin' }),
    ]);
    await write();
    await Promise.all([old.has('58/4'), rebuilt.has('58/4')]);
    expect(old.notes).toEqual(['58/4']);
    expect(rebuilt.notes).toEqual(['58/1', '58/2', '58/3', '58/4']);
    expect(await settled('old-projection')).toEqual(await seen(db, 'new-projection'));
  });

  it('handles one stream again from a number on, in order with what comes meanwhile', async () => {
    const board = new Noticeboard();
    const { runtime } = await stage(db, [recorder('patient', board, { startFrom: 'now' })]);
    for (const stream of [50, 51, 50, 50]) await append(db, { stream });
    await board.has('50/3', '51/1');
    // Seen by a handler is not committed yet, and a replay undoes what is not.
    await expect.poll(() => runtime.status(), { timeout: 60_000 }).toMatchObject([{ lag: 0 }]);
    const stream = { tenant: 1 as TenantId, stream: 50n as ResourceKey };
    await runtime.replay('patient', { kind: 'stream', stream, fromSeq: 2n });
    await append(db, { stream: 50 });
    await board.has('50/4');
    // The fence is the cluster's: another test's transaction may hold the last event back.
    await expect
      .poll(() => runtime.status(), { timeout: 60_000 })
      .toMatchObject([{ parkedStreams: 0, led: true, lag: 0 }]);
    const own = (await settled('patient')).filter((each) => each.startsWith('50/'));
    expect(own).toEqual(['50/1', '50/2', '50/3', '50/2', '50/3', '50/4']);
  });

  it('without logical replication wakes after the commit, here and in other processes', async () => {
    const board = new Noticeboard();
    const leader = await stage(db, [recorder('notified', board, { startFrom: 'now' })], 'notify');
    expect(leader.source.status()).toMatchObject({ mode: 'notify', reason: 'switched off' });
    await append(db, { stream: 28 });
    leader.source.notifyCommitted();
    await board.has('28/1');
    const writer = await stage(db, [], 'notify');
    await writer.modes.until(() => true);
    await append(db, { stream: 28 });
    writer.source.notifyCommitted();
    await board.has('28/2');
    expect(await settled('notified')).toEqual(['28/1', '28/2']);
  });

  it('EVE-2 two writers of several streams keep each stream in order with lanes', async () => {
    const board = new Noticeboard();
    await stage(db, [
      recorder('lanes', board, { startFrom: 'now', lanes: 3, eventsPerTransaction: 20 }),
    ]);
    const write = (stream: number) =>
      inTransaction(db.pool, async (tx) => {
        await appendEvent(tx, { stream });
        await appendEvent(tx, { stream: stream + 1 });
      });
    for (let i = 0; i < 10; i++) await Promise.all([write(30), write(32), write(30)]);
    await board.has('30/20', '31/20', '32/10', '33/10');
    const all = await settled('lanes');
    for (const stream of [30, 31, 32, 33]) {
      const own = all.filter((each) => each.startsWith(`${stream}/`));
      expect(own).toEqual(own.map((_, i) => `${stream}/${i + 1}`));
    }
    expect(all).toHaveLength(60);
  });

  it('EVE-2 an effect that writes into its own stream keeps the stream in order', async () => {
    const board = new Noticeboard();
    const kinds = { resourceTypes: ['Asked', 'Answered'] };
    const gate = new Noticeboard();
    const answering = consumerOf(
      defineConsumer({
        group: 'answering',
        handles: { resourceTypes: ['Asked'] },
        async effect(tx, event) {
          const stream = Number(event.stream);
          if (event.seq === 1n) {
            board.note('thinking');
            await gate.has('go on');
          }
          await appendEvent(tx, { stream, resourceType: 'Answered' });
        },
      }),
    );
    const watching = recorder('watching', board, {
      handles: kinds,
      onDeadLetter: ({ event }) => board.note(`dead ${event.seq}`),
    });
    const { runtime } = await stage(db, [answering, watching]);
    await append(db, { stream: 40, resourceType: 'Asked' });
    await board.has('thinking');
    // Another writer is faster than the effect that is under way.
    await append(db, { stream: 40, resourceType: 'Asked' });
    gate.note('go on');
    await board.has('40/4');
    expect(await runtime.status()).toMatchObject([{}, { deadLetters: 0, parkedStreams: 0 }]);
    expect(await settled('watching')).toEqual(['40/1', '40/2', '40/3', '40/4']);
  });

  it('EVE-5 parks an event whose effect never returns, and lets the others through', async () => {
    const board = new Noticeboard();
    const hanging = recorder('hanging', board, {
      startFrom: 'now',
      retry: { maxAttempts: 1, firstDelayMs: 1, maxDelayMs: 1 },
      async effect(tx, event) {
        if (event.stream === 41n) {
          await tx.query('set local idle_in_transaction_session_timeout = 20');
          await new Promise(() => undefined);
        }
        board.note(`${event.stream}/${event.seq}`);
      },
      onDeadLetter: ({ event, reason }) => board.note(`dead ${event.stream}: ${reason}`),
    });
    await stage(db, [hanging]);
    await append(db, { stream: 41 });
    await append(db, { stream: 42 });
    await board.has('42/1');
    expect(board.notes[0]).toMatch(/^dead 41: .*25P03/);
  });
});
