import { generateKeyPairSync } from 'node:crypto';
import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ed25519Signer } from '../ed25519/node.ts';
import { FAREWELL } from '../entry/leaf.ts';
import { AuditProducer } from '../entry/producer.ts';
import { ledgerMigrations } from '../migrations.ts';
import { formatCheckpoint } from '../note/checkpoint.ts';
import { signNote } from '../note/signed-note.ts';
import { logWorld } from '../testing/log-world.ts';
import { ERASE_BODIES } from '../verify/erasures.ts';
import type { WrittenContent, WrittenContents } from '../verify/written-contents.ts';
import { proveEntry } from './prove-entry.ts';

let db: TestDatabase;
let nextTenant = 1;

beforeAll(async () => {
  db = await testDatabase({ migrations: [ledgerMigrations] });
});
afterAll(() => db.drop());

/** A signed log of `count` records, whose sequencer has ended. */
async function signedLog(count: number) {
  const tenant = nextTenant++ as TenantId;
  const world = logWorld(db, tenant);
  const rows = await world.record(count);
  await world.sequencer().start();
  await world.end();
  const ids = rows.map((row) => row.auditId);
  const idAt = (at: number) => ids[at] ?? '';
  /** As somebody with full access to the database. */
  const tamper = async (sql: string, values: unknown[] = []) => {
    const { rowCount } = await db.pool.query(sql, values);
    expect(rowCount, 'the tampering takes effect').toBeGreaterThan(0);
  };
  return { ...world, tenant, idAt, tamper };
}

function only<Item>(items: readonly Item[]): Item {
  const [item, ...further] = items;
  if (item === undefined || further.length > 0) throw new Error('not exactly one');
  return item;
}

/** What was altered leaves a hole in the counters too; these tests look at the alteration alone. */
const SETTLING = { counterSettleMs: 60_000 };

const COLUMNS = 'audit_id, recorded, action, outcome, actor, patient_tag, leaf, key_id, body';

describe('LED-7 any change to a stored record is found, and named', () => {
  it.each([
    ['its body', 'body = set_byte(body, 20, get_byte(body, 20) # 1)', 'body-altered'],
    ['its salt', 'body = set_byte(body, 0, get_byte(body, 0) # 1)', 'body-altered'],
    ['its key', 'key_id = key_id # 1', 'body-missing'],
    ['its leaf', `leaf = overlay(leaf placing '5' from length(leaf) - 2)`, 'leaf-altered'],
    ['its actor', `actor = 'Practitioner/other'`, 'column-altered'],
    [
      'its actor, with the body gone as if erased',
      `actor = 'Practitioner/innocent', body = null`,
      'column-altered',
    ],
    ['its outcome', 'outcome = 12', 'column-altered'],
    ['its action', `action = 'D'`, 'column-altered'],
    ['its time', `recorded = recorded - interval '1 day'`, 'column-altered'],
    ['its patient', 'patient_tag = null', 'column-altered'],
    // A higher id in the same transaction: beyond the end of the log.
    ['its place', 'id = default', 'entry-missing'],
  ])('altering %s', async (_, change, kind) => {
    const { verify, tamper, idAt } = await signedLog(12);
    await tamper(`update audit set ${change} where audit_id = $1`, [idAt(5)]);
    const { ok, findings } = await verify(SETTLING);
    expect(ok).toBe(false);
    const [first, ...further] = findings;
    expect(first).toMatchObject({ kind, position: 5, auditId: idAt(5) });
    expect(further.every((finding) => finding.kind === 'body-missing')).toBe(true);
  });

  it('removing a body: only the record of an erasure accounts for it', async () => {
    const { verify, tamper, idAt } = await signedLog(12);
    await tamper('update audit set body = null where audit_id = $1', [idAt(5)]);
    expect(await verify(SETTLING)).toMatchObject({
      ok: false,
      erasedBodies: 1,
      findings: [{ kind: 'body-missing', position: 5, auditId: idAt(5) }],
    });
  });

  it('inserting a record that the platform did not make, before it is logged', async () => {
    const { verify, tamper, tenant, sequencer, end, prepare, bodyKeys } = await signedLog(4);
    const forged = only(bodyKeys.seal([prepare()]).rows);
    // All is consistent, as its author knows how records are made; only the key is not theirs.
    const leaf = forged.leaf.toString('utf8').replace(/"purpose":\[[^\]]*\]/, '"purpose":[]');
    await tamper(
      `insert into audit (tenant, ${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        tenant,
        forged.auditId,
        forged.recorded,
        forged.action,
        forged.outcome,
        forged.actor,
        forged.patientTag,
        Buffer.from(leaf),
        forged.keyId,
        forged.sealedBody,
      ],
    );
    await sequencer().start();
    await expect.poll(async () => (await verify(SETTLING)).unsequenced).toBe(0);
    await end();
    expect(await verify(SETTLING)).toMatchObject({
      ok: false,
      findings: [{ kind: 'leaf-forged', position: 4, auditId: forged.auditId }],
    });
  });

  it('storing a true record a second time', async () => {
    const { verify, tamper, idAt, sequencer, end } = await signedLog(4);
    await tamper(
      `insert into audit (tenant, ${COLUMNS}) select tenant, ${COLUMNS} from audit where audit_id = $1`,
      [idAt(2)],
    );
    const sequencing = sequencer();
    await sequencing.start();
    await expect
      .poll(async () => {
        await sequencing.flush();
        return (await verify(SETTLING)).unsequenced;
      })
      .toBe(0);
    await end();
    expect(await verify(SETTLING)).toMatchObject({
      ok: false,
      findings: [{ kind: 'counter-repeated', auditId: idAt(2), detail: 'api-1/1: 2' }],
    });
  });

  it('deleting a record', async () => {
    const { verify, tamper, idAt, tenant } = await signedLog(12);
    await tamper('delete from audit where audit_id = $1', [idAt(3)]);
    expect(await verify(SETTLING)).toMatchObject({
      ok: false,
      findings: [{ kind: 'entry-missing', position: 3, auditId: idAt(3) }],
    });
    await expect(proveEntry(db.pool, { tenant, auditId: idAt(3) })).rejects.toMatchObject({
      code: 'LED_NO_SUCH_ENTRY',
    });
  });

  it.each([7, 5])('swapping record 4 and %i, whole', async (other) => {
    const { verify, tamper, idAt } = await signedLog(12);
    const swapped = COLUMNS.split(', ').map((column) => `${column} = other.${column}`);
    await tamper(
      `update audit set ${swapped.join(', ')} from audit as other
        where (audit.audit_id, other.audit_id) in (($1::uuid, $2::uuid), ($2, $1))`,
      [idAt(4), idAt(other)],
    );
    const report = await verify();
    expect(report.ok).toBe(false);
    expect(report.findings.every((finding) => finding.kind === 'entry-moved')).toBe(true);
    expect(report.findings.map((finding) => finding.position)).toContain(other);
  });

  it('swapping only what two records say', async () => {
    const { verify, tamper, idAt } = await signedLog(12);
    await tamper(
      `update audit set leaf = other.leaf, key_id = other.key_id, body = other.body from audit as other
        where (audit.audit_id, other.audit_id) in (($1::uuid, $2::uuid), ($2, $1))`,
      [idAt(4), idAt(7)],
    );
    expect(await verify(SETTLING)).toMatchObject({
      ok: false,
      findings: [
        { kind: 'leaf-altered', auditId: idAt(4) },
        { kind: 'leaf-altered', auditId: idAt(7) },
      ],
    });
  });

  it('backdating a record into the logged past', async () => {
    const { verify, tamper, tenant, prepare, record, sequencer, end } = await signedLog(4);
    await record(4);
    await sequencer().start();
    await end();
    const forged = prepare();
    // By its transaction it stands between the first batch and the second.
    await tamper(
      `insert into audit (tenant, xid, ${COLUMNS})
       select tenant, xid, $2, recorded, action, outcome, actor, patient_tag, $3, key_id, body
       from (select * from audit where tenant = $1 order by xid, id limit 1) as first`,
      [tenant, forged.auditId, forged.leaf],
    );
    expect(await verify()).toMatchObject({
      ok: false,
      findings: [{ kind: 'entry-inserted', auditId: forged.auditId }],
    });
    await expect(proveEntry(db.pool, { tenant, auditId: forged.auditId })).rejects.toMatchObject({
      code: 'LED_NO_SUCH_ENTRY',
    });
  });

  it('an altered leaf with its log hash altered to match: the checkpoint tells', async () => {
    const { verify, tamper, idAt, tenant } = await signedLog(12);
    await tamper(
      `update audit set leaf = convert_to(replace(convert_from(leaf, 'UTF8'), '"outcome":0', '"outcome":4'), 'UTF8'), outcome = 4 where audit_id = $1`,
      [idAt(0)],
    );
    await tamper(
      `update log_batch set leaf_hashes = overlay(leaf_hashes placing
         (select sha256('\\x00'::bytea || leaf) from audit where audit_id = $2) from 1) where tenant = $1`,
      [tenant, idAt(0)],
    );
    // Whoever holds no key of the log needs none to see it.
    expect(await verify({ tagKey: undefined })).toMatchObject({
      ok: false,
      findings: [{ kind: 'root-mismatch', position: 12 }],
    });
    expect((await verify()).findings).toMatchObject([
      { kind: 'leaf-forged', position: 0 },
      { kind: 'root-mismatch', position: 12 },
    ]);
    await expect(proveEntry(db.pool, { tenant, auditId: idAt(0) })).rejects.toMatchObject({
      code: 'LED_ALTERED',
    });
  });
});

describe('LED-8 any change to the log itself is found', () => {
  it('removing a batch in the middle', async () => {
    const { verify, tamper, tenant } = await signedLog(1100);
    await tamper('delete from log_batch where tenant = $1 and position = 512', [tenant]);
    const { ok, findings } = await verify();
    expect(ok).toBe(false);
    expect(findings.map((finding) => finding.kind)).toContain('batch-missing');
    expect(findings.map((finding) => finding.kind)).toContain('log-truncated');
  });

  it('altering a tile', async () => {
    const { verify, tamper, tenant } = await signedLog(600);
    await tamper(
      `update log_tile set hashes = overlay(hashes placing '\\x00'::bytea from 77)
        where tenant = $1 and level = 0 and index = 1`,
      [tenant],
    );
    const { ok, findings } = await verify();
    expect([ok, findings]).toMatchObject([
      false,
      [{ kind: 'tile-altered', detail: 'level 0, tile 1' }],
    ]);
  });

  it('but not a tile that the log completed while it was verified', async () => {
    const { verify, record, sequencer, end } = await signedLog(200);
    let grown = false;
    const source: Queryable = {
      query: async (text: string, values?: unknown[]) => {
        if (text.includes('order by level') && !grown) {
          grown = true;
          await record(100);
          await sequencer().start();
          await end();
        }
        return db.pool.query(text, values);
      },
    } as Queryable;
    expect(await verify(SETTLING, source)).toMatchObject({ ok: true, size: 200, findings: [] });
    expect(grown).toBe(true);
  });

  it('inserting a tile', async () => {
    const { verify, tamper, tenant } = await signedLog(300);
    await tamper(
      `insert into log_tile select tenant, level, index + 1, root, hashes from log_tile where tenant = $1`,
      [tenant],
    );
    expect(await verify()).toMatchObject({
      ok: false,
      findings: [{ kind: 'tile-inserted', detail: 'level 0, tile 1' }],
    });
  });

  it('altering where a batch ends', async () => {
    const { verify, tamper, tenant } = await signedLog(8);
    await tamper('update log_batch set last_id = last_id + 1 where tenant = $1', [tenant]);
    expect(await verify()).toMatchObject({
      ok: false,
      findings: [{ kind: 'batch-altered', position: 0 }],
    });
  });

  it('removing one checkpoint of several, or filing it under another size', async () => {
    const { verify, tamper, tenant, record, sequencer, end } = await signedLog(4);
    for (let round = 0; round < 2; round++) {
      await record(4);
      await sequencer().start();
      await end();
    }
    await tamper('update log_checkpoint set size = 5 where tenant = $1 and size = 4', [tenant]);
    expect(await verify()).toMatchObject({
      ok: false,
      findings: [{ kind: 'checkpoint-altered', position: 4 }],
    });
    await tamper('delete from log_checkpoint where tenant = $1 and size = 5', [tenant]);
    expect(await verify()).toMatchObject({
      ok: false,
      findings: [{ kind: 'checkpoint-missing', position: 8, detail: 'number 0 is followed by 1' }],
    });
  });

  it('removing every checkpoint while one is held elsewhere', async () => {
    const { verify, tamper, tenant, notes } = await signedLog(8);
    await tamper('delete from log_checkpoint where tenant = $1', [tenant]);
    expect(await verify({ trusted: notes })).toMatchObject({
      ok: false,
      findings: [{ kind: 'checkpoint-missing', position: 8 }],
    });
  });

  it('a checkpoint signed by somebody else', async () => {
    const { verify, tamper, tenant, keys } = await signedLog(8);
    const { privateKey } = generateKeyPairSync('ed25519');
    const origin = keys.originOf(tenant);
    const note = signNote(formatCheckpoint({ origin, size: 8, root: Buffer.alloc(32) }), [
      ed25519Signer(origin, privateKey),
    ]);
    await tamper('update log_checkpoint set note = $2 where tenant = $1', [tenant, note]);
    const { ok, findings } = await verify();
    expect(ok).toBe(false);
    expect(findings).toMatchObject([{ kind: 'bad-checkpoint' }]);
  });

  it('removing every checkpoint', async () => {
    const { verify, tamper, tenant } = await signedLog(8);
    await tamper('delete from log_checkpoint where tenant = $1', [tenant]);
    expect(await verify()).toMatchObject({ ok: false, findings: [{ kind: 'no-checkpoint' }] });
  });

  it('cutting off the end of everything: only a checkpoint held elsewhere tells', async () => {
    const { verify, tamper, tenant, idAt, notes, record, sequencer, end } = await signedLog(8);
    await record(4);
    await sequencer().start();
    await end();
    await tamper('delete from log_checkpoint where tenant = $1 and size = 12', [tenant]);
    await tamper('delete from log_batch where tenant = $1 and position = 8', [tenant]);
    await tamper(
      'delete from audit where tenant = $1 and xid > (select xid from audit where audit_id = $2)',
      [tenant, idAt(0)],
    );
    expect(await verify()).toMatchObject({ ok: true, size: 8 });
    expect(await verify({ trusted: notes.slice(1) })).toMatchObject({
      ok: false,
      findings: [{ kind: 'log-truncated', position: 8 }],
    });
  });

  it('rewriting the whole history with the log’s own key: a checkpoint held elsewhere tells', async () => {
    const { verify, tamper, tenant, idAt, notes, sequencer, end } = await signedLog(8);
    await tamper('delete from audit where audit_id = $1', [idAt(2)]);
    for (const table of ['log_batch', 'log_checkpoint']) {
      await tamper(`delete from ${table} where tenant = $1`, [tenant]);
    }
    await sequencer().start();
    await end();
    expect(await verify()).toMatchObject({ ok: true, complete: false, size: 7 });
    expect(await verify({ trusted: notes.slice(0, 1) })).toMatchObject({
      ok: false,
      findings: [{ kind: 'log-truncated' }, { kind: 'counter-gap' }],
    });
  });
});

describe('LED-4 a record that never reached the log leaves a hole', () => {
  it('deleting a record before it is sequenced is an omission, not an alteration', async () => {
    const { verify, tamper, record, sequencer, end } = await signedLog(2);
    const [, gone] = await record(3);
    await tamper('delete from audit where audit_id = $1', [gone?.auditId]);
    await sequencer().start();
    await end();
    expect(await verify()).toMatchObject({
      ok: true,
      complete: false,
      size: 4,
      findings: [{ kind: 'counter-gap', detail: 'api-1/1: 3 to 3' }],
    });
    expect(await verify({ counterSettleMs: 60_000 })).toMatchObject({
      complete: true,
      unsettledCounters: 1,
    });
  });

  it('a record that was on its way when its process was killed is lost, and said to be', async () => {
    const { verify, prepare, record, append, appendAs, sequencer, end } = await signedLog(2);
    const next = new AuditProducer({ process: 'api-2', epoch: 1 });
    prepare();
    await record(1);
    await appendAs(next, 1_000);
    await sequencer().start();
    await end();
    const lost = { process: 'api-1', epoch: 1, count: 1, numbers: '2 to 2' };
    const soon = { counterSettleMs: 1_000 };
    expect(await verify(soon)).toMatchObject({
      ...{ ok: true, complete: true, findings: [], lostCounters: [lost] },
    });
    // It was not killed after all, and does not account for the record: somebody took it.
    await append({ interaction: FAREWELL, action: 'E', patientId: null });
    await appendAs(next, 1_000);
    expect(await verify(soon)).toMatchObject({
      ...{ ok: true, complete: false, lostCounters: [] },
      findings: [{ kind: 'counter-gap', detail: 'api-1/1: 2 to 2' }],
    });
  });

  it('a rolled-back record is declared by the next one, and leaves none', async () => {
    const { verify, prepare, producer, record, sequencer, end } = await signedLog(2);
    producer.release([prepare(), prepare()]);
    await record(1);
    await sequencer().start();
    await end();
    expect(await verify()).toMatchObject({ ok: true, complete: true, size: 3, findings: [] });
  });
});

describe('deleting any one record, whatever its process came to', () => {
  it('is found: of one that goes on, of one that was killed, and of one that said farewell', async () => {
    const { verify, tamper, append, appendAs, prepare, sequencer, end, notes, tenant } =
      await signedLog(2);
    prepare(); // never committed
    await append({});
    await appendAs(new AuditProducer({ process: 'killed', epoch: 1 }), 1_000);
    await appendAs(new AuditProducer({ process: 'goes-on', epoch: 1 }), 1_000);
    await append({ interaction: FAREWELL, action: 'E', patientId: null });
    await sequencer().start();
    await end();
    const { rows } = await db.pool.query<{ audit_id: string }>(
      'select audit_id from audit where tenant = $1 order by xid, id',
      [tenant],
    );
    expect(rows).toHaveLength(6);
    for (const [position, { audit_id }] of rows.entries()) {
      await db.pool.query(
        `create table kept as select * from audit where audit_id = '${audit_id}'`,
      );
      await tamper('delete from audit where audit_id = $1', [audit_id]);
      expect(await verify({ ...SETTLING, trusted: notes })).toMatchObject({
        ok: false,
        findings: [{ kind: 'entry-missing', position, auditId: audit_id }],
      });
      await tamper(`insert into audit (tenant, xid, id, ${COLUMNS}) overriding system value
        select tenant, xid, id, ${COLUMNS} from kept`);
      await db.pool.query('drop table kept');
    }
    expect(await verify({ ...SETTLING, trusted: notes })).toMatchObject({ ok: true });
  });
});

describe('erasure', () => {
  it('an erased body leaves the log and every proof valid, once a record says who erased it', async () => {
    const { verify, tamper, tenant, idAt, append, sequencer, end } = await signedLog(5);
    await tamper('update audit set body = null where audit_id = $1', [idAt(1)]);
    await append({ interaction: ERASE_BODIES, action: 'E', target: null });
    await sequencer().start();
    await end();
    expect(await verify()).toMatchObject({ ok: true, complete: true, erasedBodies: 1 });
    expect(await proveEntry(db.pool, { tenant, auditId: idAt(1) })).toMatchObject({ position: 1 });
  });

  it('a refused erasure, one of another patient or one from before accounts for nothing', async () => {
    const { verify, tamper, append, sequencer, end } = await signedLog(1);
    const erasure = { interaction: ERASE_BODIES, action: 'E', target: null } as const;
    await append(erasure);
    await append({ ...erasure, patientId: 'somebody-else' });
    const [row] = await append({});
    await append({ ...erasure, outcome: 4 });
    await sequencer().start();
    await end();
    await tamper('update audit set body = null where audit_id = $1', [row?.auditId]);
    expect(await verify()).toMatchObject({
      ok: false,
      findings: [{ kind: 'body-missing', auditId: row?.auditId }],
    });
  });
});

describe('LED-11 what was written is held against the log', () => {
  const versions = new Map<string, WrittenContent>();
  const contents: WrittenContents = {
    read: async (targets) => targets.map((target) => versions.get(target)),
    count: async () => versions.size,
  };
  const target = (version: number) => `Observation/o/_history/${version}`;

  async function threeWrites() {
    const world = await signedLog(2);
    versions.clear();
    for (const version of [1, 2, 3]) {
      const content = version === 3 ? '' : `{"version":${version}}`;
      versions.set(target(version), { text: content, wrong: [] });
      await world.append({ action: 'U', target: target(version), content });
    }
    await world.sequencer().start();
    await world.end();
    return world;
  }

  it('as it was written, it holds', async () => {
    const { verify } = await threeWrites();
    expect(await verify({ contents })).toMatchObject({ ok: true, contentsChecked: 3 });
  });

  it.each<[string, () => unknown, object]>([
    [
      'a changed version',
      () => versions.set(target(1), { text: '{"version": 1}', wrong: [] }),
      { kind: 'content-altered', position: 2 },
    ],
    [
      'a deletion undone',
      () => versions.set(target(3), { text: '{}', wrong: [] }),
      { kind: 'content-altered', position: 4 },
    ],
    [
      'a changed column',
      () => versions.set(target(2), { text: '{"version":2}', wrong: ['sensitivity'] }),
      { kind: 'content-altered', position: 3, detail: 'sensitivity' },
    ],
    [
      'a removed version',
      () => versions.delete(target(2)),
      { kind: 'content-missing', position: 3 },
    ],
    [
      'a version that nobody wrote',
      () => versions.set(target(4), { text: '{}', wrong: [] }),
      { kind: 'content-unlogged', position: null },
    ],
  ])('%s is found', async (_, change, finding) => {
    const { verify } = await threeWrites();
    change();
    expect(await verify({ contents })).toMatchObject({ ok: false, findings: [finding] });
  });

  it('a version removed does not make room for one that nobody wrote', async () => {
    const { verify } = await threeWrites();
    versions.delete(target(2));
    versions.set(target(4), { text: '{}', wrong: [] });
    expect(await verify({ contents })).toMatchObject({
      ok: false,
      findings: [{ kind: 'content-missing', position: 3 }, { kind: 'content-unlogged' }],
    });
  });

  it.each([
    ['at', 60_000, []],
    ['beyond', 60_001, [{ kind: 'content-altered', detail: 'updated' }]],
  ])('a deletion %s the time its record may come after it', async (_, offMs, findings) => {
    const { verify, append, clock, sequencer, end } = await threeWrites();
    const deletedAt = new Date(clock.now().getTime() + 1 - offMs).toISOString();
    versions.set(target(4), { text: '', wrong: [], deletedAt });
    await append({ action: 'D', target: target(4), content: '' });
    await sequencer().start();
    await end();
    expect((await verify({ contents })).findings).toMatchObject(findings);
  });
});

describe('LED-10 the tenant wall and append-only grants', () => {
  it.each([
    ['update audit set outcome = 4'],
    ['delete from audit'],
    ['truncate audit'],
    [`insert into log_checkpoint values (1, 999, 'x')`],
    [`insert into log_batch values (1, 1, 999, '1', 1, '{}', '\\x')`],
    ['update log_tile set root = root'],
    ['delete from log_checkpoint'],
  ])('the platform’s role may not: %s', async (sql) => {
    await expect(db.appPool.query(sql)).rejects.toMatchObject({ code: '42501' });
  });

  it('a tenant sees its own records only, whoever’s were appended on the connection before', async () => {
    const { tenant } = await signedLog(1);
    expect(tenant).not.toBe(1);
    const { rows } = await db.appPool.query('select distinct tenant from audit');
    expect(rows).toEqual([{ tenant: 1 }]);
  });
});
