// Goal: LED-17. Method: transactions interleaved by hand, then by chance, on real PostgreSQL.

import { systemRandom, type TenantId } from '@holdfast/kernel';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import fc from 'fast-check';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BodyKeys, type SealedAudit } from '../bodies/body-keys.ts';
import { sealRefusalOf } from '../bodies/refusal.ts';
import { ledgerMigrations } from '../migrations.ts';
import { logWorld } from '../testing/log-world.ts';
import { ERASE_BODIES } from '../verify/erasures.ts';
import { AuditBodies } from './audit-bodies.ts';
import { APPEND_AUDIT, auditColumns } from './audit-columns.ts';
import { asEraser, destroyKeys, retireKeys } from './destroy-keys.ts';
import { type Fence, isPast } from './fence.ts';

const tenant = 1 as TenantId;
let db: TestDatabase;
let world: ReturnType<typeof logWorld>;
let nextPatient = 0;

beforeAll(async () => {
  db = await testDatabase({ migrations: [ledgerMigrations] });
  world = logWorld(db, tenant);
});
afterAll(() => db.drop());

/** One process's view of one patient's keys, and a connection of its own. */
class Writer {
  readonly keys = new BodyKeys({ tenant, ring: world.ring, random: systemRandom });
  readonly #patientId: string;
  #connection: PoolClient | null = null;
  #open: SealedAudit[] = [];

  constructor(patientId: string) {
    this.#patientId = patientId;
  }

  /** Begins, and appends a record about the patient. @returns what is not committed yet */
  async append(): Promise<SealedAudit> {
    this.#connection ??= await db.appPool.connect();
    if (this.#open.length === 0) await this.#connection.query('begin');
    for (;;) {
      const sealed = this.keys.seal([world.prepare({ patientId: this.#patientId })]);
      await this.#connection.query('savepoint append');
      try {
        await this.#connection.query(APPEND_AUDIT, [tenant, ...auditColumns(sealed)]);
        this.#open.push(sealed);
        return sealed;
      } catch (error) {
        const refusal = sealRefusalOf(error);
        if (refusal === undefined) throw error;
        await this.#connection.query('rollback to append');
        await this.keys.refused(refusal);
      }
    }
  }

  async end(how: 'commit' | 'rollback'): Promise<void> {
    if (this.#open.length === 0) return;
    await this.#connection?.query(how);
    if (how === 'commit') for (const sealed of this.#open) this.keys.committed(sealed);
    this.#open = [];
  }

  async close(): Promise<void> {
    await this.end('rollback');
    this.#connection?.release();
  }
}

/** The eraser, a step at a time: a step that would wait does nothing. */
class Eraser {
  readonly #keys: { readonly tenant: TenantId; readonly patientTag: Buffer };
  #fences: Fence[] = [];
  done = false;

  /** No key from before is taken from here on. */
  get hasRetiredAll(): boolean {
    return this.#fences.length === 2;
  }

  readonly #patientId: string;

  constructor(patientId: string) {
    this.#patientId = patientId;
    this.#keys = { tenant, patientTag: world.tagOf(patientId) };
  }

  async step(): Promise<void> {
    const [first] = this.#fences;
    const last = this.#fences.at(-1);
    if (this.done) return;
    if (last !== undefined && !(await isPast(db.pool, last))) return;
    if (first === undefined || this.#fences.length < 2) {
      this.#fences.push(await retireKeys(db.pool, this.#keys, first));
      return;
    }
    await asEraser(db.pool, async (tx) => {
      await destroyKeys(tx, this.#keys, first);
      const row = world.prepare({
        interaction: ERASE_BODIES,
        action: 'E',
        patientId: this.#patientId,
      });
      const record = world.bodyKeys.seal([{ ...row, keyTag: null }]);
      await tx.query(APPEND_AUDIT, [tenant, ...auditColumns(record)]);
    });
    this.done = true;
  }

  async finish(): Promise<void> {
    await vi.waitUntil(
      async () => {
        await this.step();
        return this.done;
      },
      { timeout: 60_000, interval: 5 },
    );
  }
}

/** The patient's records in the log's order, and whether their bodies can be read. */
async function records(patientId: string): Promise<{ auditId: string; state: string }[]> {
  const { rows } = await db.pool.query<{
    audit_id: string;
    patient_tag: Buffer;
    key_id: string;
    body: Buffer;
  }>(
    `select audit_id, patient_tag, key_id, body from audit
      where tenant = $1 and patient_tag = $2 order by xid, id`,
    [tenant, world.tagOf(patientId)],
  );
  const stored = rows.map(({ audit_id, patient_tag, key_id, body }) => {
    return { auditId: audit_id, patientTag: patient_tag, keyId: key_id, body };
  });
  const read = await new AuditBodies({ tenant, ring: world.ring }).read(db.pool, stored);
  return stored.map(({ auditId }, index) => ({ auditId, state: read[index]?.state ?? '' }));
}

const patient = () => `patient-${nextPatient++}`;

describe('LED-17 writers and the keys of their patient', () => {
  it('two transactions that both make the first key of a patient do not wait for each other', async () => {
    const id = patient();
    const [one, two] = [new Writer(id), new Writer(id)];
    await one.append();
    await two.append();
    await two.end('commit');
    await one.end('commit');
    expect((await records(id)).map(({ state }) => state)).toEqual(['held', 'held']);
    await Promise.all([one.close(), two.close()]);
  });

  it('a key is used again once its transaction is committed, and not before', async () => {
    const id = patient();
    const writer = new Writer(id);
    const keyOf = ({ rows }: SealedAudit) => rows[0]?.keyId;
    const first = keyOf(await writer.append());
    await writer.end('rollback');
    const second = keyOf(await writer.append());
    expect(second).not.toBe(first);
    await writer.end('commit');
    expect(keyOf(await writer.append())).toBe(second);
    await writer.close();
  });

  it('nothing is destroyed while a transaction that saw the key goes on', async () => {
    const id = patient();
    const [writer, other, eraser] = [new Writer(id), new Writer(id), new Eraser(id)];
    await writer.append();
    await writer.end('commit');
    await writer.append();
    await eraser.step();
    for (let i = 0; i < 5; i++) await eraser.step();
    expect((await records(id)).map(({ state }) => state)).toEqual(['held']);
    await other.append();
    await other.end('commit');
    await writer.end('commit');
    await eraser.finish();
    // In the order of their numbers; what came after the eraser began has a key of its own.
    const states = (await records(id)).map(({ state }) => state);
    expect(states).toEqual(['destroyed', 'destroyed', 'held', 'held']);
    await Promise.all([writer.close(), other.close()]);
  });

  it('a key that nobody could see when the eraser began is found by its second look', async () => {
    const id = patient();
    const [writer, eraser] = [new Writer(id), new Eraser(id)];
    await writer.append();
    await eraser.step();
    await writer.end('commit');
    // Known to its process now, and not retired yet.
    await writer.append();
    await writer.end('commit');
    await eraser.finish();
    await writer.append();
    await writer.end('commit');
    const states = (await records(id)).map(({ state }) => state);
    expect(states).toEqual(['destroyed', 'destroyed', 'held', 'held']);
    await writer.close();
  });

  it('a retired key is not taken, though it is there', async () => {
    const id = patient();
    const [writer, eraser] = [new Writer(id), new Eraser(id)];
    await writer.append();
    await writer.end('commit');
    await vi.waitUntil(async () => {
      await eraser.step();
      return eraser.hasRetiredAll;
    });
    await writer.append();
    await eraser.step();
    await writer.end('commit');
    await eraser.finish();
    expect((await records(id)).map(({ state }) => state)).toEqual(['destroyed', 'held', 'held']);
    await writer.close();
  });

  it('refuses a look at the keys that is as old as its transaction', async () => {
    const id = patient();
    const writer = new Writer(id);
    await writer.append();
    await writer.end('commit');
    const sealed = writer.keys.seal([world.prepare({ patientId: id })]);
    const connection = await db.appPool.connect();
    await connection.query('begin isolation level repeatable read');
    const appended = connection.query(APPEND_AUDIT, [tenant, ...auditColumns(sealed)]);
    await expect(appended).rejects.toThrow('READ COMMITTED');
    await connection.query('rollback');
    connection.release();
    await writer.close();
  });

  it('whatever the order, a body is either destroyed before the record of it or stays readable', async () => {
    const step = fc.oneof(
      fc.record({ who: fc.nat(2), what: fc.constantFrom('append', 'commit', 'rollback') }),
      fc.constant('erase' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const id = patient();
        const writers = [new Writer(id), new Writer(id), new Writer(id)];
        const eraser = new Eraser(id);
        const late: (string | undefined)[] = [];
        for (const each of steps) {
          if (each === 'erase') await eraser.step();
          else if (each.what === 'append') {
            const appended = await writers[each.who]?.append();
            if (eraser.hasRetiredAll) late.push(appended?.rows[0]?.auditId);
          } else await writers[each.who]?.end(each.what === 'commit' ? 'commit' : 'rollback');
        }
        const before = (await records(id)).map(({ auditId }) => auditId);
        const begun = steps.includes('erase');
        for (const writer of writers) await writer.end('commit');
        await eraser.finish();
        for (const writer of writers) {
          await writer.append();
          await writer.end('commit');
          await writer.close();
        }
        const after = await records(id);
        const destroyed = after.findLastIndex(({ state }) => state === 'destroyed');
        const tombstone = after.length - 1 - writers.length;
        expect(destroyed).toBeLessThan(tombstone);
        expect(after.slice(tombstone).every(({ state }) => state === 'held')).toBe(true);
        expect(after.every(({ state }) => state === 'held' || state === 'destroyed')).toBe(true);
        const states = new Map(after.map(({ auditId, state }) => [auditId, state]));
        for (const id of late) expect(states.get(id ?? '') ?? 'undone').not.toBe('destroyed');
        if (begun) return;
        for (const auditId of before) expect(states.get(auditId)).toBe('destroyed');
      }),
      { numRuns: 100 },
    );
  }, 120_000);
});
