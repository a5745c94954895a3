// Goal: what a page costs is what it answers, however long the log. Method: rows that PostgreSQL
// counted, the same question before and after the history has grown by others' records.

import { type RequestId, systemRandom, type TenantId } from '@holdfast/kernel';
import {
  AuditAppender,
  AuditBodies,
  AuditProducer,
  BodyKeys,
  createLogKeys,
  KeyRing,
  ledgerMigrations,
  prepareAudit,
} from '@holdfast/ledger';
import { inTransaction, type Queryable } from '@holdfast/postgres';
import { fakeClock, type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, complianceMigrations, LogRecords, type RecordQuestion } from './index.ts';
import { MAX_RECORDS_EXAMINED } from './limits.ts';

const tenant = 1 as TenantId;
const clock = fakeClock('2026-11-24T04:00:00Z');
const START = clock.now().getTime();
const keys = createLogKeys(systemRandom);
const ring = new KeyRing(new Map([[1, systemRandom.bytes(32)]]));
const bodyKeys = new BodyKeys({ tenant, ring, random: systemRandom });
const producer = new AuditProducer({ process: 'test', epoch: 1 });
const records = new LogRecords({ tenant, bodies: new AuditBodies({ tenant, ring }) });
const tagOf = (value: string) => keys.tagKey.tag({ kind: 'patient', tenant, value });
let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase({ migrations: [ledgerMigrations, complianceMigrations] });
  for (let n = 0; n < 30; n++) await read('ada', n % 3 === 0 ? 'Practitioner/b' : 'Practitioner/a');
});
afterAll(() => db.drop());

async function read(patientId: string, actor: string): Promise<void> {
  clock.advance(1_000);
  const event = {
    ...{ requestId: 'r' as RequestId, actor, roles: [], purposes: ['TREAT'] },
    ...{ interaction: 'read', target: 'Observation/1', patientId, decision: null },
    action: 'R',
    outcome: 0,
  } as const;
  const context = { tenant, tagKey: keys.tagKey, producer, clock, random: systemRandom };
  const appender = new AuditAppender({ pool: db.appPool, tenant, bodyKeys, producer });
  await appender.append([prepareAudit(event, context)]);
}

/** Records of others, fifty a second, that end a while before the first of ours. */
async function grow(count: number): Promise<void> {
  await db.pool.query(
    `insert into audit (tenant, audit_id, recorded, actor, action, outcome, patient_tag, leaf, key_id, body)
     select 1, gen_random_uuid(), $2::timestamptz - make_interval(secs => n / 50.0), a.actor, a.action,
       a.outcome, substring(sha256(int4send(n % 997)) for 12), a.leaf, a.key_id, a.body
     from generate_series(1, $1) n, (select * from audit order by id limit 1) a`,
    [count, new Date(START - 86_400_000).toISOString()],
  );
  await db.pool.query('vacuum analyze audit');
}

const question = (changes: Partial<RecordQuestion> = {}): RecordQuestion => ({
  ...{ from: 0, until: clock.now().getTime() + 1, patientTag: tagOf('ada'), after: null },
  ...{ count: 10, matches: () => true },
  ...changes,
});

/** Rows of `audit` that answering has read: what the session has counted and not yet reported, before and after. */
async function rowsRead(ask: (db: Queryable) => Promise<unknown>): Promise<number> {
  return inTransaction(db.appPool, async (tx) => {
    const before = await counted(tx);
    await ask(tx);
    return (await counted(tx)) - before;
  });
}

async function counted(tx: Queryable): Promise<number> {
  const { rows } = await tx.query<{ n: number }>(
    `select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::int as n
       from pg_stat_xact_user_tables where relname = 'audit'`,
  );
  return rows[0]?.n ?? 0;
}

describe('records of the log', () => {
  it('of a patient come newest first, page by page, each once, with their bodies', async () => {
    const seen: string[] = [];
    let after: RecordQuestion['after'] = null;
    do {
      const page = await records.page(db.appPool, question({ after }));
      seen.push(...page.records.map(({ auditId }) => auditId));
      expect(page.records.every((each) => bodyOf(each)?.patient === 'ada')).toBe(true);
      after = page.next;
    } while (after !== null);
    expect(seen).toHaveLength(30);
    expect(new Set(seen).size).toBe(30);
    expect(seen).toEqual(seen.toSorted().toReversed());
  });

  it('are filtered by what they say, and found by id', async () => {
    const by = question({ count: 20, matches: ({ actor }) => actor === 'Practitioner/b' });
    const page = await records.page(db.appPool, by);
    expect([page.records.length, page.next]).toEqual([10, null]);
    const [first] = page.records;
    expect(await records.find(db.appPool, first?.auditId ?? '')).toEqual(first);
    expect(await records.find(db.appPool, '01935b1e-7a54-7c2e-9d3f-000000000001')).toBeNull();
    expect(await records.find(db.appPool, 'no-uuid')).toBeNull();
  });

  it('cost the same whatever the log has grown to: by patient, by period, by id', async () => {
    const asked = {
      patient: (tx: Queryable) => records.page(tx, question()),
      period: (tx: Queryable) =>
        records.page(tx, question({ patientTag: null, from: START, count: 10 })),
      id: async (tx: Queryable) => {
        const { records: of } = await records.page(db.appPool, question({ count: 1 }));
        return records.find(tx, of[0]?.auditId ?? '');
      },
    };
    const cost = async () => ({
      patient: await rowsRead(asked.patient),
      period: await rowsRead(asked.period),
      id: await rowsRead(asked.id),
    });
    await grow(30_000);
    const before = await cost();
    await grow(90_000);
    const after = await cost();
    expect(before.patient).toBeGreaterThan(0);
    expect(after.patient).toBeLessThanOrEqual(before.patient);
    // A block range holds records of before the period as well.
    expect(after.period).toBeLessThanOrEqual(before.period * 1.5);
    expect(after.id).toBeLessThanOrEqual(before.id * 1.5);
  });

  it('a page examines a bounded number of them, and says where to go on', async () => {
    const nothing = question({ patientTag: null, count: 10, matches: () => false });
    const page = await records.page(db.appPool, nothing);
    expect(page.records).toEqual([]);
    expect(page.next).not.toBeNull();
    const cost = await rowsRead((tx) => records.page(tx, { ...nothing, after: page.next }));
    expect(cost).toBeLessThan(MAX_RECORDS_EXAMINED * 5);
  });
});
