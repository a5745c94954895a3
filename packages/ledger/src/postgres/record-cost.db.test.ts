import type { TenantId } from '@holdfast/kernel';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ledgerMigrations } from '../migrations.ts';
import { logWorld } from '../testing/log-world.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ migrations: [ledgerMigrations] });
});
afterAll(() => db.drop());

it('a read’s record costs at most 1.25 kB of WAL in all, log and checkpoint included', async () => {
  const { record, sequencer, end } = logWorld(db, 1 as TenantId);
  const position = async () => {
    const { rows } = await db.pool.query<{ at: string }>(
      `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as at`,
    );
    return Number(rows[0]?.at);
  };
  const costs: number[] = [];
  // WAL is counted for the whole cluster, where other test files write too: the cheapest round tells.
  for (let round = 0; round < 5; round++) {
    await record(100);
    const before = await position();
    for (let i = 0; i < 20; i++) await record(100);
    const appended = await position();
    await sequencer().start();
    await end();
    const logged = await position();
    costs.push((appended - before) / 2_000 + (logged - appended) / 2_100);
  }
  expect(Math.min(...costs)).toBeLessThan(1_280);
});
