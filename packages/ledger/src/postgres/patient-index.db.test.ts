import type { TenantId } from '@holdfast/kernel';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseLeaf } from '../entry/leaf.ts';
import { ledgerMigrations } from '../migrations.ts';
import { verifyCompleteness } from '../patient-index/completeness.ts';
import { sha256 } from '../sha256/node.ts';
import { logWorld } from '../testing/log-world.ts';
import { proveEntry } from './prove-entry.ts';
import { provePatient } from './prove-patient.ts';

let db: TestDatabase;
let nextTenant = 1;
beforeAll(async () => {
  db = await testDatabase({ migrations: [ledgerMigrations] });
});
afterAll(() => db.drop());

/** A signed log in which patient `p<i % patients>` is seen at each position i, all of it indexed. */
async function indexedLog(counts: readonly number[], patients: number) {
  const tenant = nextTenant++ as TenantId;
  const world = logWorld(db, tenant);
  let at = 0;
  for (const count of counts) {
    for (let i = 0; i < count; i++) {
      await world.append({ patientId: at % 7 === 6 ? null : `p${at % patients}` });
      at += 1;
    }
    await world.sequencer().start();
    await world.end();
    expect(await world.index()).toBe(true);
  }
  await world.sequencer().start();
  await world.end();
  return { ...world, tenant };
}

const positionsOf = ({ entries }: { readonly entries: readonly { readonly position: number }[] }) =>
  entries.map(({ position }) => position);

describe('LED-16 the index of patients', () => {
  it.each([
    // Position 9 is the record of the first index.
    ['all entries about a patient', 'p0', [0, 3, 10, 13, 16]],
    ['that there are none', 'nobody', []],
  ])('proves %s, up to the newest one', async (_, patient, positions) => {
    const { tenant, tagOf, verify } = await indexedLog([9, 8], 3);
    const tag = tagOf(patient);
    const proven = await provePatient(db.pool, { tenant, tag });
    expect([proven.size, positionsOf(proven)]).toEqual([18, positions]);
    const claim = { tag, positions, path: proven.path, root: proven.root };
    expect(verifyCompleteness(claim, sha256)).toBe(true);
    // What vouches for the root is itself in the signed log.
    const { leaf } = await proveEntry(db.pool, { tenant, auditId: proven.rootRecord });
    expect(parseLeaf(leaf)).toMatchObject({
      value: { index: { size: 18, root: Buffer.from(proven.root).toString('base64url') } },
    });
    expect(await verify()).toMatchObject({ ok: true, findings: [] });
  });

  it('holds for many patients, whose tags share the upper levels', async () => {
    const { tenant, tagOf, verify } = await indexedLog([700], 600);
    for (const patient of ['p0', 'p1', 'p599', 'nobody', 'p6']) {
      const tag = tagOf(patient);
      const { path, root, ...proven } = await provePatient(db.pool, { tenant, tag });
      const claim = { tag, positions: positionsOf(proven), path, root };
      expect(verifyCompleteness(claim, sha256)).toBe(true);
    }
    expect(await verify()).toMatchObject({ ok: true, findings: [] });
  });

  it('says when there is nothing new', async () => {
    const { index, sequencer, end } = await indexedLog([2], 2);
    // The record of the index itself is new, and then the record of that one.
    expect(await index()).toBe(true);
    expect(await index()).toBe(false);
    await sequencer().start();
    await end();
  });

  it.each([
    ['a record of the patient is gone', `delete from audit where audit_id = $2 and tenant = $1`],
    [
      'a record is filed under somebody else',
      `update audit set patient_tag = null where audit_id = $2 and tenant = $1`,
    ],
    [
      'the trie was changed',
      `update log_index_tile set hashes = overlay(hashes placing sha256(hashes) from 1)
        where tenant = $1 and place = -1 and $2 <> ''`,
    ],
  ])('proves nothing once %s', async (_, sql) => {
    const { tenant, tagOf } = await indexedLog([6], 3);
    const tag = tagOf('p1');
    const { entries } = await provePatient(db.pool, { tenant, tag });
    await db.pool.query(sql, [tenant, entries[0]?.auditId]);
    await expect(provePatient(db.pool, { tenant, tag })).rejects.toMatchObject({
      code: 'LED_ALTERED',
    });
  });

  it.each([
    ['a chain', `update log_patient set entries = entries + 1 where tenant = $1`],
    ['a patient', `delete from log_patient where tenant = $1`],
    ['the root', `update log_index set root = sha256(root) where tenant = $1`],
  ])('verification finds that %s of it was changed', async (_, sql) => {
    const { tenant, verify } = await indexedLog([6], 3);
    await db.pool.query(sql, [tenant]);
    const report = await verify();
    expect(report.ok).toBe(false);
    expect(new Set(report.findings.map(({ kind }) => kind))).toEqual(new Set(['index-altered']));
  });
});
