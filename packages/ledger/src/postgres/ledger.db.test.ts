import type { TenantId } from '@holdfast/kernel';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerMigrations } from '../migrations.ts';
import { verifyTlogProof } from '../proof/tlog-proof.ts';
import { nodeTreeHasher as hasher } from '../sha256/node.ts';
import { logWorld } from '../testing/log-world.ts';
import { auditColumns } from './audit-columns.ts';
import { proveEntry } from './prove-entry.ts';
import { storedNodes } from './stored-log.ts';

let db: TestDatabase;
let nextTenant = 1;
/** Each test has a log of its own. */
const world = () => {
  const tenant = nextTenant++ as TenantId;
  return { tenant, ...logWorld(db, tenant) };
};

beforeAll(async () => {
  db = await testDatabase({ migrations: [ledgerMigrations] });
});
afterAll(() => db.drop());

describe('LED-5 every durable record gets into the log, once', () => {
  it('records are sequenced, signed, verified and provable one by one', async () => {
    const { tenant, keys, record, sequencer, verify } = world();
    const rows = await record(700);
    const sequencing = sequencer();
    await sequencing.start();
    expect(sequencing.status(tenant)).toMatchObject({
      size: 700,
      checkpointSize: 700,
      leading: true,
    });
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
      const row = rows[at];
      if (row === undefined) throw new Error('no row');
      const { proof, leaf, position } = await proveEntry(db.pool, { tenant, auditId: row.auditId });
      expect(leaf).toEqual(row.leaf);
      expect(position).toBe(at);
      const verdict = await verifyTlogProof(
        { leaf, proof },
        { verifier: keys.verifierOf(tenant), hasher },
      );
      expect(verdict).toMatchObject({ ok: true, value: { index: at } });
    }
    await sequencing.stop();
  });
});
