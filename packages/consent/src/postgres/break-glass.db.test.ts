import { randomUUID } from 'node:crypto';
import { eventsMigrations } from '@holdfast/events';
import type { TenantId } from '@holdfast/kernel';
import { ledgerMigrations } from '@holdfast/ledger';
import { storeMigrations } from '@holdfast/store';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consentMigrations } from '../migrations.ts';
import { rowsTouched } from '../testing/rows-touched.ts';
import { StoredWorld } from '../testing/stored-world.ts';
import { BreakGlass } from './break-glass.ts';

const TENANT = 1 as TenantId;
const ACTOR = 'Practitioner/a';
const OFFICER = 'Person/officer';

describe('emergency access', () => {
  let db: TestDatabase;
  let glass: BreakGlass;
  beforeAll(async () => {
    db = await testDatabase({
      migrations: [ledgerMigrations, eventsMigrations, storeMigrations, consentMigrations],
    });
    await new StoredWorld(db.pool).patient('p', []);
    glass = new BreakGlass(TENANT, db.appPool);
  });
  afterAll(() => db.drop());

  async function asked(): Promise<string> {
    const id = randomUUID();
    await glass.ask({ id, patientId: 'p', actor: ACTOR, reason: 'unconscious', minutes: 60 });
    return id;
  }

  /** Ties that hold in this very statement. */
  async function ties(): Promise<readonly string[]> {
    const { rows } = await db.pool.query<{ held: string[] }>(
      `select coalesce(ties_held(passing_ties, statement_timestamp()), '{}') as held from patient_state`,
    );
    return rows[0]?.held ?? [];
  }

  it('CON-15 opens when it is confirmed, for its time, and ends with the next statement', async () => {
    const id = await asked();
    expect(await ties()).toEqual([]);
    const open = await glass.open(id, ACTOR);
    expect(open).toMatchObject({ isOpen: true, patientId: 'p', reason: 'unconscious' });
    expect(Date.parse(open.until ?? '') - Date.parse(open.openedAt ?? '')).toBe(3_600_000);
    expect(await ties()).toEqual([`break-glass:${ACTOR}`]);
    const ended = await glass.end(id, ACTOR);
    expect(ended).toMatchObject({ isOpen: false, endedBy: ACTOR });
    expect(await ties()).toEqual([]);
  });

  it('runs out by itself', async () => {
    const id = await asked();
    await glass.open(id, ACTOR);
    const { rows } = await db.pool.query<{ before: string[]; after: string[] }>(
      `select ties_held(s.passing_ties, g.until - interval '1 ms') as before,
        ties_held(s.passing_ties, g.until) as after
      from break_glass g join patient_state s on s.patient = g.patient where g.id = $1`,
      [id],
    );
    expect(rows).toEqual([{ before: [`break-glass:${ACTOR}`], after: [] }]);
    await glass.end(id, ACTOR);
  });

  it('is not opened by another, too late, twice, or for a patient who is not there', async () => {
    const id = await asked();
    await expect(glass.open(id, 'Practitioner/b')).rejects.toThrow(/NOT_OPEN/);
    await db.pool.query(
      `update break_glass set asked = asked - interval '5 minutes' where id = $1`,
      [id],
    );
    await expect(glass.open(id, ACTOR)).rejects.toThrow(/NOT_OPEN/);
    await expect(glass.end(id, ACTOR)).rejects.toThrow(/NOT_OPEN/);
    expect(await ties()).toEqual([]);
    await expect(glass.open(randomUUID(), ACTOR)).rejects.toThrow(/GLASS_UNKNOWN/);
    const nobody = { id: randomUUID(), patientId: 'x', actor: ACTOR, reason: 'r', minutes: 5 };
    await expect(glass.ask(nobody)).rejects.toThrow(/PATIENT_UNKNOWN/);
  });

  it('awaits one verdict, by somebody else; one against it ends it', async () => {
    const id = await asked();
    const against = { verdict: 'unjustified', note: 'no emergency', by: OFFICER } as const;
    await expect(glass.review(id, against)).rejects.toThrow(/NOT_OPEN/);
    await glass.open(id, ACTOR);
    const queue = async () => (await glass.list('unreviewed')).map((each) => each.id);
    expect(await queue()).toContain(id);
    await expect(glass.review(id, { ...against, by: ACTOR })).rejects.toThrow(/NOT_OPEN/);
    const reviewed = await glass.review(id, against);
    expect(reviewed).toMatchObject({ verdict: 'unjustified', isOpen: false, reviewedBy: OFFICER });
    expect(await ties()).toEqual([]);
    expect(await queue()).not.toContain(id);
    await expect(glass.review(id, { ...against, verdict: 'justified' })).rejects.toThrow(
      /NOT_OPEN/,
    );
    expect((await glass.list({ patientId: 'p' })).map((each) => each.id)).toContain(id);
  });

  it('touches the grant, its tie and the patient’s state, whatever the patient has', async () => {
    const id = await asked();
    await glass.open(id, ACTOR);
    const client = await db.appPool.connect();
    await client.query('begin');
    const before = await rowsTouched(client);
    await client.query('select end_break_glass(1::smallint, $1, $2)', [id, ACTOR]);
    const touched = (await rowsTouched(client)) - before;
    await client.query('rollback');
    client.release();
    expect(touched).toBe(3);
  });
});
