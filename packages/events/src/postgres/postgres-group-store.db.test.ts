import { inTransaction } from '@holdfast/postgres';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineConsumer } from '../consumer.ts';
import type { Cursor } from '../cursor.ts';
import { eventsMigrations } from '../migrations.ts';
import type { EventFilter, RecordedEvent } from '../recorded-event.ts';
import { appendEvent } from '../testing/append-event.ts';
import { append, createSeen, fencePasses, seen } from '../testing/consumer-stage.ts';
import { filterCondition } from './filter-condition.ts';
import { PostgresGroupStore } from './postgres-group-store.ts';
import { relayPool } from './relay-connections.ts';

describe('PostgresGroupStore', () => {
  let db: TestDatabase;
  let relay: pg.Pool;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [eventsMigrations] });
    await createSeen(db);
    relay = relayPool(db.url, 3);
  });
  afterAll(async () => {
    await relay.end();
    await db.drop();
  });

  /** A group that starts after everything there is, and whose effects go to table `seen`. */
  const store = (group: string, handles: EventFilter = {}, pool = relay) =>
    new PostgresGroupStore(
      pool,
      defineConsumer({
        group,
        handles,
        startFrom: 'now',
        async effect(tx, event) {
          const values = [group, String(event.stream), String(event.seq)];
          await tx.query('insert into seen values ($1, $2, $3)', values);
          if (event.resourceType === 'Poison') await tx.query('select 1 / 0');
        },
      }),
    );
  const names = async (of: ReturnType<typeof store>, after: Cursor) =>
    (await of.read(after, 100)).rows.map(({ event }) => `${event.stream}/${event.seq}`);
  const lead = async (of: ReturnType<typeof store>) => {
    await fencePasses(db);
    return of.lead();
  };
  const begin = async () => {
    const client = await db.pool.connect();
    await client.query('begin');
    return client;
  };
  const commit = async (client: pg.PoolClient) => {
    await client.query('commit');
    client.release();
  };
  const only = async (of: ReturnType<typeof store>, after: Cursor): Promise<RecordedEvent> => {
    await fencePasses(db);
    const [row] = (await of.read(after, 1)).rows;
    if (row === undefined) throw new Error('an event was written');
    return row.event;
  };

  it('EVE-1 reads nothing past an open transaction, but knows that there is something', async () => {
    const group = store('fenced-read');
    const { cursor } = await lead(group);
    const slow = await begin();
    await appendEvent(slow, { stream: 1 });
    await append(db, { stream: 2 });
    expect(await names(group, cursor)).toEqual([]);
    const { end, snapshot } = await group.read(cursor, 10);
    expect(end).toBeNull();
    expect(snapshot.oldest).toBeLessThan(snapshot.next);
    await commit(slow);
    await fencePasses(db);
    expect(await names(group, cursor)).toEqual(['1/1', '2/1']);
  });

  it('EVE-1 reads a newer transaction after an older one, whoever drew the lower id', async () => {
    const group = store('order-read');
    const { cursor } = await lead(group);
    const older = await begin();
    await older.query('select pg_current_xact_id()');
    const newer = await begin();
    await appendEvent(newer, { stream: 3 });
    await appendEvent(older, { stream: 4 });
    await commit(newer);
    expect(await names(group, cursor)).toEqual([]);
    await commit(older);
    await fencePasses(db);
    const { rows } = await group.read(cursor, 1);
    expect(rows.map(({ event }) => event.stream)).toEqual([4n]);
    const after = rows[0]?.event.position ?? cursor;
    expect(await names(group, after)).toEqual(['3/1']);
  });

  it('EVE-13 reads for a group what it handles only, and takes it past all else', async () => {
    const group = store('filtered', { resourceTypes: ['Consent'], interactions: ['create'] });
    const all = store('unfiltered');
    const { cursor } = await lead(group);
    for (const resourceType of ['Observation', 'Consent', "O'Brien", 'Observation']) {
      await append(db, { stream: 20, resourceType });
    }
    await fencePasses(db);
    expect(await names(group, cursor)).toEqual(['20/2']);
    const { rows, end } = await group.read(cursor, 100);
    expect(end).toEqual((await all.read(cursor, 100)).rows.at(-1)?.event.position);
    expect(await group.read(end ?? cursor, 100)).toMatchObject({ rows: [], end: null });
    // A full batch says nothing of what comes after it.
    expect((await group.read(cursor, 1)).end).toEqual(rows[0]?.event.position);
    expect(await names(store('none', { resourceTypes: [] }), cursor)).toEqual([]);
  });

  it('EVE-13 finds the urgent event by its own index, whatever waits before it', async () => {
    const group = store('urgent', { urgencies: ['now'] });
    const { cursor } = await lead(group);
    await inTransaction(db.pool, async (tx) => {
      for (let i = 0; i < 400; i++) await appendEvent(tx, { stream: 21 });
    });
    await append(db, { stream: 21, urgency: 'now' });
    await fencePasses(db);
    expect(await names(group, cursor)).toEqual(['21/401']);
    await db.pool.query('analyze event');
    const { rows } = await db.pool.query<{ 'QUERY PLAN': string }>(
      `explain select from event e where (e.xid, e.id) > ($1::text::xid8, 0)
        and ${filterCondition({ urgencies: ['now'] }, 'e')} order by e.xid, e.id limit 1`.replace(
        '$1',
        `'${cursor.xid}'`,
      ),
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    const { rows: indexes } = await db.pool.query<{ indexname: string }>(
      `select indexname from pg_indexes where indexdef like '%WHERE (urgency < 2)'`,
    );
    const used = indexes.filter(({ indexname }) => plan.includes(`using ${indexname} `));
    expect(used.length, plan).toBeGreaterThan(0);
  });

  it('EVE-13 reads what is new without a look at what history has piled up', async () => {
    await inTransaction(db.pool, async (tx) => {
      for (let i = 0; i < 2_000; i++) await appendEvent(tx, { stream: 22 });
    });
    await db.pool.query('analyze event');
    const single = relayPool(db.url, 1);
    try {
      const group = store('history', {}, single);
      const { cursor } = await lead(store('history'));
      await single.query('begin'); // counters of this connection's transaction, so others don't matter
      // More often than PostgreSQL tries plans for the values given: then the one for any values stays.
      for (let i = 0; i < 12; i++) await group.read(cursor, 100);
      const { rows } = await single.query<{ read: string }>(
        `select coalesce(sum(seq_tup_read), 0) as read from pg_stat_xact_all_tables
          where relname like 'event%'`,
      );
      expect(Number(rows[0]?.read)).toBe(0);
    } finally {
      await single.end();
    }
  });

  it('EVE-3 commits effect, inbox and cursor together, and refuses to do it again', async () => {
    const group = store('once');
    const led = await lead(group);
    await append(db, { stream: 5 });
    const event = await only(group, led.cursor);
    const work = [{ event, prepared: undefined }];
    expect(await group.commit(led, work, event.position)).toEqual({ kind: 'committed' });
    expect(await group.commit(led, work, event.position)).toEqual({ kind: 'fenced' });
    expect(await seen(db, 'once')).toEqual(['5/1']);
    const again = await group.lead();
    expect(again.cursor).toEqual(event.position);
    const [row] = (await group.read(led.cursor, 1)).rows;
    expect(row?.done).toEqual({ seq: 1n, position: event.position });
  });

  it('EVE-3 keeps nothing of a failed effect', async () => {
    const group = store('failing');
    const led = await lead(group);
    await append(db, { stream: 6, resourceType: 'Poison' });
    const event = await only(group, led.cursor);
    const outcome = await group.commit(led, [{ event, prepared: undefined }], event.position);
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: '22012' } });
    expect(await seen(db, 'failing')).toEqual([]);
    expect((await group.lead()).cursor).toEqual(led.cursor);
    expect((await group.read(led.cursor, 1)).rows[0]?.done).toBeNull();
  });

  it('EVE-7 turns away every change of a leader that was replaced', async () => {
    const group = store('replaced');
    const former = await lead(group);
    await append(db, { stream: 7 });
    const event = await only(group, former.cursor);
    await group.lead();
    const order = {
      event,
      decision: { kind: 'retry', attempts: 1, delayMs: 1 },
      exhausted: 'block',
      reason: 'late',
    } as const;
    const work = [{ event, prepared: undefined }];
    expect(await group.commit(former, work, event.position)).toEqual({ kind: 'fenced' });
    expect(await group.advance(former, event.position, 0)).toBe('fenced');
    expect(await group.park(former, order)).toBe('fenced');
    expect(await group.release(former, event, 0)).toBe('fenced');
    expect(await seen(db, 'replaced')).toEqual([]);
    expect(await group.nextRetryMs()).toBeNull();
  });

  it('EVE-5 marks what waits behind a parked event, and reads it once it is due', async () => {
    const group = store('parking');
    const led = await lead(group);
    await append(db, { stream: 8 });
    await append(db, { stream: 8 });
    await fencePasses(db);
    const event = await only(group, led.cursor);
    const parking = { event, exhausted: 'block', reason: 'r' } as const;
    await group.park(led, { ...parking, decision: { kind: 'retry', attempts: 1, delayMs: 5e4 } });
    expect((await group.read(led.cursor, 9)).rows.map(({ parked }) => parked)).toEqual([
      true,
      true,
    ]);
    expect(await group.dueStreams(9)).toEqual([]);
    expect(await group.nextRetryMs()).toBeGreaterThan(4e4);
    // Farther off than the policy's longest pause: the database's clock was set back meanwhile.
    await group.park(led, { ...parking, decision: { kind: 'retry', attempts: 1, delayMs: 1e6 } });
    expect(await group.dueStreams(9)).toHaveLength(1);
    expect(await group.nextRetryMs()).toBe(0);
    await group.park(led, { ...parking, decision: { kind: 'retry', attempts: 2, delayMs: 0 } });
    const [due] = await group.dueStreams(9);
    expect(due).toMatchObject({ stream: 8n, seq: 1n, attempts: 2 });
    const from = { tenant: event.tenant, stream: event.stream, fromSeq: 1n };
    const end = (await group.read(led.cursor, 9)).end ?? led.cursor;
    const seqs = async (upTo: Cursor) =>
      (await group.readStream(from, upTo, 9)).map(({ seq }) => seq);
    expect(await seqs(end)).toEqual([1n, 2n]);
    expect(await seqs(event.position)).toEqual([1n]);
    await group.commit(led, [{ event, prepared: undefined }], null);
    expect(await seqs(end)).toEqual([2n]);
  });
});
