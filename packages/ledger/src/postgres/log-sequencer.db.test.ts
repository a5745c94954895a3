import { systemRandom, type TenantId } from '@holdfast/kernel';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogKeys } from '../keys/log-keys.ts';
import { ledgerMigrations } from '../migrations.ts';
import { verifyTlogProof } from '../proof/tlog-proof.ts';
import { nodeTreeHasher as hasher } from '../sha256/node.ts';
import { deferred, logWorld } from '../testing/log-world.ts';
import { ManualTimers } from '../testing/manual-timers.ts';
import { APPEND_AUDIT, auditColumns } from './audit-columns.ts';
import { proveEntry } from './prove-entry.ts';

let db: TestDatabase;
let nextTenant = 1;
/** Each test has a log of its own. */
const world = () => {
  const tenant = nextTenant++ as TenantId;
  const made = { tenant, ...logWorld(db, tenant) };
  worlds.push(made);
  return made;
};
const worlds: ReturnType<typeof logWorld>[] = [];

beforeAll(async () => {
  db = await testDatabase({ migrations: [ledgerMigrations] });
});
afterEach(() => Promise.all(worlds.splice(0).map((made) => made.end())));
afterAll(() => db.drop());

const terminateLeader = `select pg_terminate_backend(pid, 5000) from pg_locks
  where locktype = 'advisory' and granted
    and database = (select oid from pg_database where datname = current_database())`;

describe('LED-5 every durable record gets into the log, once', () => {
  it('records are sequenced, signed, verified and provable one by one', async () => {
    const { tenant, keys, record, sequencer, verify } = world();
    const rows = await record(700);
    const sequencing = sequencer();
    await sequencing.start();
    const status = sequencing.status(tenant);
    expect(status).toMatchObject({ size: 700, checkpointSize: 700, leading: true });
    expect(await verify()).toMatchObject({
      ok: true,
      complete: true,
      size: 700,
      unsequenced: 0,
      unsigned: 0,
      checkpoints: 1,
      findings: [],
    });
    for (const at of [0, 255, 256, 511, 512, 699]) {
      const auditId = rows[at]?.auditId ?? '';
      const { proof, leaf, position } = await proveEntry(db.pool, { tenant, auditId });
      expect([position, leaf]).toEqual([at, rows[at]?.leaf]);
      const verifier = keys.verifierOf(tenant);
      const verdict = await verifyTlogProof({ leaf, proof }, { verifier, hasher });
      expect(verdict).toMatchObject({ ok: true, value: { index: at } });
    }
  });

  it('a transaction that commits late is not lost, and nothing overtakes it', async () => {
    const { tenant, prepare, appender, sequencer, verify, clock, bodyKeys } = world();
    const timers = new ManualTimers(clock);
    const sequencing = sequencer({ timers, clock });
    const late = prepare();
    const writer = await db.appPool.connect();
    await writer.query('begin');
    await writer.query(APPEND_AUDIT, [tenant, ...auditColumns(bodyKeys.seal([late]))]);
    const sooner = [prepare(), prepare(), prepare()];
    await appender.append(sooner);
    await sequencing.start();
    expect(sequencing.status(tenant)).toMatchObject({ size: 0, pendingSince: clock.now() });
    expect(timers.armed).toBe(1);
    await writer.query('commit');
    writer.release();

    // Transactions of other test files may hold the fence for some more looks.
    while (timers.armed > 0) {
      timers.fireNext();
      await sequencing.idle();
    }
    expect(sequencing.status(tenant)).toMatchObject({
      size: 4,
      checkpointSize: 4,
      pendingSince: null,
    });
    expect(timers.armed).toBe(0);
    const order = [late, ...sooner].map((row) => row.auditId);
    for (const [position, auditId] of order.entries()) {
      expect(await proveEntry(db.pool, { tenant, auditId })).toMatchObject({ position });
    }
    expect(await verify()).toMatchObject({ ok: true, complete: true, size: 4 });
  });

  it('what was signed waits no longer, though more is always on its way', async () => {
    const { tenant, prepare, appender, sequencer, clock, bodyKeys } = world();
    const timers = new ManualTimers(clock);
    const sequencing = sequencer({ timers, clock });
    const [first, second] = [await db.appPool.connect(), await db.appPool.connect()];
    await first.query('begin');
    await first.query(APPEND_AUDIT, [tenant, ...auditColumns(bodyKeys.seal([prepare()]))]);
    await appender.append([prepare()]);
    await sequencing.start();
    const waitingSince = clock.now();
    expect(sequencing.status(tenant)).toMatchObject({ size: 0, pendingSince: waitingSince });

    await second.query('begin');
    await second.query(APPEND_AUDIT, [tenant, ...auditColumns(bodyKeys.seal([prepare()]))]);
    await appender.append([prepare()]);
    await first.query('commit');
    while (sequencing.status(tenant).checkpointSize < 2) {
      timers.fireNext();
      await sequencing.idle();
    }
    const { size, pendingSince } = sequencing.status(tenant);
    expect(size).toBe(2);
    expect(pendingSince?.getTime()).toBeGreaterThan(waitingSince.getTime());
    await second.query('commit');
    first.release();
    second.release();
  });

  it('checkpoints are paced, and nothing is armed once all is signed', async () => {
    const { tenant, record, sequencer, clock, notes } = world();
    const timers = new ManualTimers(clock);
    const sequencing = sequencer({ timers, clock });
    await record(1);
    await sequencing.start();
    expect([notes.length, timers.armed]).toEqual([1, 0]);

    for (let i = 0; i < 5; i++) {
      await record(2);
      sequencing.wake(tenant);
      await sequencing.idle();
      if (sequencing.status(tenant).size < 3 + 2 * i) timers.fireNext();
      await sequencing.idle();
    }
    expect(sequencing.status(tenant)).toMatchObject({ size: 11, checkpointSize: 1 });
    expect([notes.length, timers.armed]).toEqual([1, 1]);
    while (timers.armed > 0) {
      timers.fireNext();
      await sequencing.idle();
    }
    expect(sequencing.status(tenant)).toMatchObject({ checkpointSize: 11, pendingSince: null });
    expect(notes).toHaveLength(2);
  });
});

describe('LED-6 one writer a database, which may die at any moment', () => {
  it('the second sequencer passes its wakes on, and takes over when the first one stops', async () => {
    const { tenant, record, sequencer, verify } = world();
    const signed = deferred<number>();
    const first = sequencer({ onCheckpoint: (of) => of === tenant && signed.resolve(1) });
    const second = sequencer({ onCheckpoint: (of) => of === tenant && signed.resolve(2) });
    await first.start();
    await second.start();
    expect([first, second].map((each) => each.status(tenant).leading)).toEqual([true, false]);

    await record(3);
    second.wake(tenant);
    expect(await signed.promise).toBe(1);
    expect(first.status(tenant).size).toBe(3);

    await first.stop();
    await record(2);
    await second.flush();
    expect(second.status(tenant)).toMatchObject({ leading: true, size: 5, checkpointSize: 5 });
    expect(await verify()).toMatchObject({ ok: true, complete: true, size: 5, checkpoints: 2 });
  });

  it('killed between batch and checkpoint, the successor signs what the batch logged', async () => {
    const { tenant, record, sequencer, verify, clock, errors } = world();
    const timers = new ManualTimers(clock);
    const first = sequencer({ timers, clock });
    await record(10);
    await first.start();
    await record(300);
    first.wake(tenant);
    await first.idle();
    expect(first.status(tenant)).toMatchObject({ size: 310, checkpointSize: 10 });

    await db.pool.query(terminateLeader);
    const second = sequencer();
    await second.start();
    expect(second.status(tenant)).toMatchObject({ leading: true, size: 310, checkpointSize: 310 });
    expect(await verify()).toMatchObject({ ok: true, complete: true, size: 310, unsigned: 0 });

    await first.flush();
    expect(first.status(tenant).leading).toBe(false);
    expect(errors).toHaveLength(1);
  });

  it('a leader whose connection dies while idle comes back by itself, later each time', async () => {
    const { tenant, record, sequencer, clock } = world();
    const timers = new ManualTimers(clock);
    const lost = deferred<unknown>();
    const sequencing = sequencer({ timers, clock, onError: lost.resolve });
    await record(1);
    await sequencing.start();
    await db.pool.query(terminateLeader);
    await lost.promise;
    expect(sequencing.status(tenant).leading).toBe(false);
    timers.fireNext();
    await sequencing.idle();
    expect(sequencing.status(tenant)).toMatchObject({ leading: true, size: 1, checkpointSize: 1 });
  });

  it('a log that contradicts its checkpoint is never signed again', async () => {
    const { tenant, record, sequencer, errors } = world();
    await record(5);
    const before = sequencer();
    await before.start();
    await before.stop();
    await db.pool.query(
      `update log_batch set leaf_hashes = overlay(leaf_hashes placing '\\x00' from 40) where tenant = $1`,
      [tenant],
    );
    await record(5);
    const after = sequencer();
    await after.start();
    expect(after.status(tenant)).toMatchObject({ halted: true });
    expect(errors).toMatchObject([{ code: 'LED_ALTERED' }]);
    const { rows } = await db.pool.query('select size from log_checkpoint where tenant = $1', [
      tenant,
    ]);
    expect(rows).toEqual([{ size: '5' }]);
  });

  it('a log that another key signed is not signed on, and the fault says whose fault it is', async () => {
    const { tenant, record, sequencer, errors } = world();
    await record(5);
    const before = sequencer();
    await before.start();
    await before.stop();
    await record(5);
    const after = sequencer({ keys: createLogKeys(systemRandom) });
    await after.start();
    expect(after.status(tenant)).toMatchObject({ halted: true });
    expect(errors).toMatchObject([{ code: 'LED_KEYS_FOREIGN' }]);
  });

  it.each([
    ['an older backup', 'size > 4'],
    ['a database without any checkpoint', 'true'],
  ])('%s, beside a newer checkpoint kept elsewhere, is not signed anew', async (_, gone) => {
    const { tenant, record, sequencer, errors, notes } = world();
    for (let round = 0; round < 2; round++) {
      await record(4);
      const before = sequencer();
      await before.start();
      await before.stop();
    }
    await db.pool.query(`delete from log_checkpoint where tenant = $1 and ${gone}`, [tenant]);
    const after = sequencer({ keptCheckpoint: async () => notes.at(-1) ?? null });
    await after.start();
    expect(after.status(tenant)).toMatchObject({ halted: true });
    expect(errors).toMatchObject([{ code: 'LED_ALTERED' }]);
  });

  it('a copy of a checkpoint that lags behind stops nothing', async () => {
    const { tenant, record, sequencer, errors, notes } = world();
    for (let round = 0; round < 2; round++) {
      await record(4);
      const each = sequencer({ keptCheckpoint: async () => notes[0] ?? null });
      await each.start();
      await each.stop();
    }
    await record(1);
    const after = sequencer({ keptCheckpoint: async () => notes[0] ?? null });
    await after.start();
    expect(after.status(tenant)).toMatchObject({ halted: false, checkpointSize: 9 });
    expect(errors).toEqual([]);
  });
});
