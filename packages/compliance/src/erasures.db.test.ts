// Goal: CMP-2, CMP-3. Method: holds and transactions placed between the steps of an erasure.

import { type RequestId, systemRandom, type TenantId, type Timers } from '@holdfast/kernel';
import {
  AuditAppender,
  AuditProducer,
  BodyKeys,
  createLogKeys,
  ERASE_BODIES,
  KeyRing,
  ledgerMigrations,
  prepareAudit,
} from '@holdfast/ledger';
import { fakeClock, type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complianceMigrations, Erasures, LegalHolds, RetentionRules } from './index.ts';

const tenant = 1 as TenantId;
const DAY_MS = 86_400_000;
let db: TestDatabase;
let next = 0;

beforeAll(async () => {
  db = await testDatabase({ migrations: [ledgerMigrations, complianceMigrations] });
  const rules = new RetentionRules(tenant, db.appPool);
  const rule = { recordClass: 'audit', authority: 'Policy 1', by: 'Practitioner/dpo' } as const;
  await rules.set({ ...rule, minimumDays: 5, at: new Date() });
  await rules.set({ ...rule, minimumDays: 10, at: new Date() });
});
afterAll(() => db.drop());

const clock = fakeClock('2026-11-24T04:00:00Z');
const keys = createLogKeys(systemRandom);
const ring = new KeyRing(new Map([[1, systemRandom.bytes(32)]]));
const bodyKeys = new BodyKeys({ tenant, ring, random: systemRandom });
const producer = new AuditProducer({ process: 'test', epoch: 1 });
const context = { tenant, tagKey: keys.tagKey, producer, clock, random: systemRandom };
const event = {
  requestId: 'r-1' as RequestId,
  actor: 'Practitioner/dpo',
  roles: [],
  purposes: ['HCOMPL'],
  outcome: 0,
  decision: null,
} as const;

/** @param beforeLook called before the last look; in place of a pause, where a transaction is waited for */
function erasuresWith(onPause: () => Promise<void> = async () => undefined) {
  const timers: Timers = {
    after: (_ms, fired) => {
      void onPause().then(fired);
      return () => undefined;
    },
  };
  return new Erasures({
    ...{ tenant, pool: db.appPool, owner: db.pool, clock, timers },
    signal: new AbortController().signal,
    record: ({ id, patientTag, by }) => {
      const about = { interaction: ERASE_BODIES, action: 'D', target: `erasure/${id}` } as const;
      const row = { ...event, ...about, actor: by, patientId: null, patientTag };
      return bodyKeys.seal([prepareAudit(row, context)]);
    },
    committed: (audit) => bodyKeys.committed(audit),
    release: async ({ rows }) => producer.release(rows),
  });
}

/** A patient with one record, erased on request; and how many keys of theirs there are. */
async function patientToErase() {
  const patientId = `p-${next++}`;
  const patientTag = keys.tagKey.tag({ kind: 'patient', tenant, value: patientId });
  const appender = new AuditAppender({ pool: db.appPool, tenant, bodyKeys, producer });
  const read = { ...event, action: 'R', interaction: 'read', target: 'x', patientId } as const;
  await appender.append([prepareAudit(read, context)]);
  const id = `01935b1e-7a54-7c2e-9d3f-${String(next).padStart(12, '0')}`;
  const asked = { id, patientTag, authority: 'DPO', basis: 'GDPR 17', by: event.actor };
  await erasuresWith().request(asked);
  return {
    id,
    patientTag,
    stands: async () => (await erasuresWith().list()).find((each) => each.id === id),
    keysLeft: async () => {
      const { rows } = await db.pool.query<{ n: number }>(
        'select count(*)::int as n from audit_key where tenant = $1 and patient_tag = $2',
        [tenant, patientTag],
      );
      return rows[0]?.n;
    },
  };
}

const hold = (patientTags: readonly Buffer[] | null) => ({
  id: `01935b1e-7a54-7c2e-8d3f-${String(next++).padStart(12, '0')}`,
  ...{ matter: 'Doe v. Clinic', custodian: 'Counsel', reason: 'Discovery' },
  ...{ patientTags, by: event.actor, at: clock.now() },
});

describe('an erasure', () => {
  it('waits for the newest rule’s period of the newest record', async () => {
    const { stands, keysLeft } = await patientToErase();
    clock.advance(10 * DAY_MS - 1);
    expect(await erasuresWith().run()).toBe(0);
    expect([(await stands())?.state, await keysLeft()]).toEqual(['scheduled', 1]);
    clock.advance(1);
    expect(await erasuresWith().run()).toBe(1);
    expect([(await stands())?.state, await keysLeft()]).toEqual(['destroyed', 0]);
    expect(await erasuresWith().run()).toBe(0);
  });

  it('CMP-2 finds a hold that was placed after the keys were retired', async () => {
    const { stands, keysLeft, patientTag } = await patientToErase();
    clock.advance(11 * DAY_MS);
    const placed = hold([patientTag]);
    const holds = new LegalHolds(tenant, db.appPool);
    const other = await db.appPool.connect();
    await other.query('begin');
    await other.query('select pg_current_xact_id()');
    // Its transaction is waited for: the keys are retired by then.
    let placing = false;
    const run = erasuresWith(async () => {
      // Transactions of other tests in the cluster are waited for, too.
      if (placing) return;
      placing = true;
      const { rows } = await db.pool.query<{ retired: boolean }>(
        'select retired from audit_key where patient_tag = $1',
        [patientTag],
      );
      expect(rows).toEqual([{ retired: true }]);
      await holds.place(placed);
      await other.query('commit');
    }).run();
    expect(await run).toBe(0);
    other.release();
    expect([(await stands())?.state, await keysLeft()]).toEqual(['restricted', 1]);
    await holds.release(placed.id, { by: event.actor, at: clock.now(), reason: 'Settled' });
    expect(await erasuresWith().run()).toBe(1);
    expect([(await stands())?.state, await keysLeft()]).toEqual(['destroyed', 0]);
  });

  it('a hold over everything vetoes all of them', async () => {
    const { stands } = await patientToErase();
    clock.advance(11 * DAY_MS);
    const all = hold(null);
    const holds = new LegalHolds(tenant, db.appPool);
    await holds.place(all);
    expect(await erasuresWith().run()).toBe(0);
    expect((await stands())?.state).toBe('restricted');
    await holds.release(all.id, { by: event.actor, at: clock.now(), reason: 'Closed' });
    expect((await holds.list()).at(-1)).toMatchObject({ released: { reason: 'Settled' } });
    expect(await erasuresWith().run()).toBe(1);
  });

  it('CMP-3 keeps the keys where the record of it cannot be written', async () => {
    const { stands, keysLeft } = await patientToErase();
    clock.advance(11 * DAY_MS);
    await db.pool.query('revoke insert on audit from holdfast_eraser');
    await expect(erasuresWith().run()).rejects.toThrow('permission denied');
    expect([(await stands())?.state, await keysLeft()]).toEqual(['scheduled', 1]);
    await db.pool.query('grant insert on audit to holdfast_eraser');
    expect(await erasuresWith().run()).toBe(1);
    expect(await keysLeft()).toBe(0);
  });
});
