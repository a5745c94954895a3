import { inTransaction } from '@holdfast/postgres';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineConsumer } from '../consumer.ts';
import type { Lead } from '../group-store.ts';
import { planBatch } from '../lane-plan.ts';
import { eventsMigrations } from '../migrations.ts';
import { append, fencePasses } from '../testing/consumer-stage.ts';
import { dropEventsBefore, prepareMonths } from './event-retention.ts';
import { readGroups } from './group-status.ts';
import { readLogHealth } from './log-health.ts';
import { PostgresGroupStore } from './postgres-group-store.ts';
import { rebaseAfterRestore } from './rebase-after-restore.ts';
import { relayPool } from './relay-connections.ts';
import { retireGroup } from './retire-group.ts';
import { LOCK_CLASS } from './session-lock.ts';

describe('upkeep of the log', () => {
  let db: TestDatabase;
  let relay: ReturnType<typeof relayPool>;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [eventsMigrations] });
    relay = relayPool(db.url, 2);
  });
  afterAll(async () => {
    await relay.end();
    await db.drop();
  });

  const group = (name: string) =>
    new PostgresGroupStore(
      relay,
      defineConsumer({ group: name, handles: {}, effect: async () => undefined }),
    );
  /** Everything the group would handle now, as `stream/seq`. */
  const todo = async (store: ReturnType<typeof group>, lead: Lead) => {
    await fencePasses(db);
    const { rows, end } = await store.read(lead.cursor, 1_000);
    const plan = planBatch(rows, 1);
    return { events: plan.lanes[0] ?? [], end, disordered: plan.disordered };
  };
  const names = (events: readonly { stream: bigint; seq: bigint }[]) =>
    events.map((event) => `${event.stream}/${event.seq}`);

  it('EVE-9 refuses to lead where the log holds ids that the cluster has not given out', async () => {
    await append(db, { stream: 1 });
    await append(db, { stream: 2 });
    const store = group('restored');
    const lead = await store.lead();
    const { events, end } = await todo(store, lead);
    const [first] = events;
    if (first === undefined || end === null) throw new Error('two events were written');
    await store.commit(lead, [{ event: first, prepared: undefined }], first.position);
    await append(db, { stream: 1 });
    // As after a restore into a younger cluster: stored ids are ahead of its own.
    await db.pool.query(
      `update event set xid = (xid::text::numeric + 1000000)::text::xid8;
       update consumer_group set xid = (xid::text::numeric + 1000000)::text::xid8;
       update consumer_inbox set xid = (xid::text::numeric + 1000000)::text::xid8`,
    );
    await expect(store.lead()).rejects.toMatchObject({ code: 'events/cluster-clock-went-back' });

    await inTransaction(db.pool, rebaseAfterRestore);
    await append(db, { stream: 1 });
    const again = await todo(store, await store.lead());
    expect(names(again.events)).toEqual(['2/1', '1/2', '1/3']);
    expect(again.disordered).toEqual([]);
  });

  it('EVE-10 drops a month only when every group is through with it', async () => {
    const store = group('retained');
    await append(db, { stream: 3 });
    await inTransaction(db.pool, async (client) => {
      await client.query(`select ensure_month_partitions('event', date '2020-01-01', 1)`);
      await client.query(
        `insert into event (tenant, stream, seq, event_id, interaction, resource_type, resource_id,
           version, confidentiality, sensitivity, actor, request_id, occurred_at)
         values (1, 4, 1, gen_random_uuid(), 'create', 'Observation', 'old', 1, 2, 0, 'a', 'r',
           '2020-01-15')`,
      );
    });
    const before = new Date('2020-02-01T00:00:00Z');
    const drop = () => inTransaction(db.pool, (client) => dropEventsBefore(client, before));
    const lead = await store.lead();
    await expect(drop()).rejects.toMatchObject({ code: 'events/partition-still-needed' });
    const { end } = await todo(store, lead);
    if (end === null) throw new Error('events were written');
    await store.advance(lead, end, 0);
    const other = group('restored');
    await expect(drop()).rejects.toMatchObject({ code: 'events/partition-still-needed' });
    await other.advance(await other.lead(), end, 0);
    expect(await drop()).toEqual(['event_202001']);
    expect(await drop()).toEqual([]);
  });

  it('forgets a group that nobody runs any more, and none that somebody leads', async () => {
    const store = group('retired');
    await store.lead();
    const retire = () => inTransaction(db.pool, (client) => retireGroup(client, 'retired'));
    const leader = await db.pool.connect();
    const lock = [LOCK_CLASS, 'consumer retired'];
    await leader.query('select pg_advisory_lock($1::int, hashtext($2))', lock);
    await expect(retire()).rejects.toMatchObject({ code: 'events/group-is-led' });
    await leader.query('select pg_advisory_unlock($1::int, hashtext($2))', lock);
    leader.release();
    await retire();
    expect(await readGroups(db.pool, ['retired'])).toEqual([]);
    await expect(retire()).rejects.toMatchObject({ code: 'events/unknown-group' });
  });

  it('says what holds the log back: lag in rows and seconds, the slot, the oldest snapshot', async () => {
    await append(db, { stream: 5 });
    await fencePasses(db);
    const store = group('lagging');
    await store.lead();
    const [status] = await readGroups(db.pool, ['lagging', 'nobody']);
    expect(status).toMatchObject({ group: 'lagging', led: false, retrying: 0 });
    expect(status?.lag).toBeGreaterThan(0);
    expect(status?.lagSeconds).toBeGreaterThan(0);
    const all = await readGroups(db.pool);
    expect(all.map((each) => each.group)).toContain('lagging');

    const long = await db.pool.connect();
    await long.query('begin isolation level repeatable read');
    await long.query('select pg_current_xact_id()');
    const health = await readLogHealth(db.pool);
    expect(health).toMatchObject({ outsideMonths: 0, slot: null });
    expect(health.heldSince).toBeInstanceOf(Date);
    expect(health.fenceSeconds).toBeGreaterThan(0);
    expect(health.oldestSnapshotOf).not.toBeNull();
    await long.query('rollback');
    long.release();
  });

  it('EVE-10 makes the months ahead once', async () => {
    await db.pool.query(`drop table event_${(await lastMonth()).slice(-6)}`);
    expect(await prepareMonths(db.pool)).toBe(1);
    expect(await prepareMonths(db.pool)).toBe(0);
  });

  async function lastMonth(): Promise<string> {
    const { rows } = await db.pool.query<{ name: string }>(
      `select max(relname) as name from pg_class where relname ~ '^event_\\d{6}$'`,
    );
    return rows[0]?.name ?? '';
  }
});
