import type { TenantId } from '@holdfast/kernel';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ledgerMigrations } from '../migrations.ts';
import { logWorld } from '../testing/log-world.ts';

/** Rounds beside other test files, whose WAL can only add: the cheapest round is the cost. */
const ROUNDS = 8;
const RECORDS = 500;
const BATCH = 100;

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ migrations: [ledgerMigrations] });
});
afterAll(() => db.drop());

it('a read’s record costs at most 1.1 kB of WAL in all, log and checkpoint included', async () => {
  const { record, sequencer, end } = logWorld(db, 1 as TenantId);
  const sequencing = sequencer();
  await record(BATCH);
  await sequencing.start();
  const position = async () => {
    const { rows } = await db.pool.query<{ at: string }>(
      `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as at`,
    );
    return Number(rows[0]?.at);
  };
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = await position();
    for (let stored = 0; stored < RECORDS; stored += BATCH) await record(BATCH);
    await sequencing.flush();
    costs.push(((await position()) - before) / RECORDS);
  }
  await end();
  expect(Math.min(...costs)).toBeGreaterThan(500);
  expect(Math.min(...costs)).toBeLessThan(1_100);
});
