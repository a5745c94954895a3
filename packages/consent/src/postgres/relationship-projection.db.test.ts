import { eventsMigrations } from '@holdfast/events';
import type { TenantId } from '@holdfast/kernel';
import { ledgerMigrations } from '@holdfast/ledger';
import type { Queryable } from '@holdfast/postgres';
import { type ProjectedChange, storeMigrations } from '@holdfast/store';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consentMigrations } from '../migrations.ts';
import { rowsTouched } from '../testing/rows-touched.ts';
import { StoredWorld } from '../testing/stored-world.ts';
import { RelationshipProjection } from './relationship-projection.ts';

const TENANT = 1 as TenantId;
const projection = new RelationshipProjection();
const subject = { reference: 'Patient/p1' };
const to = (reference: string) => ({ reference });

interface State {
  readonly ties: string[];
  readonly passing_ties: unknown;
  readonly consent_epoch: string;
}

describe('relationships in PostgreSQL', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({
      migrations: [ledgerMigrations, eventsMigrations, storeMigrations, consentMigrations],
    });
    const world = new StoredWorld(db.pool);
    for (const id of ['p1', 'p2', 'minor']) await world.patient(id, []);
  });
  afterAll(() => db.drop());

  const change = (resource: { resourceType: string; id: string }, deleted = false) =>
    ({
      type: resource.resourceType,
      id: resource.id,
      expected: 1,
      content: deleted ? null : JSON.stringify(resource),
    }) as ProjectedChange;

  const write = (...changes: readonly ProjectedChange[]): Promise<void> =>
    projection.project(db.appPool, TENANT, { changes, patients: [] });

  async function stateOf(patient: string): Promise<State | undefined> {
    const { rows } = await db.pool.query<State>(
      'select ties, passing_ties, consent_epoch from patient_state where patient_id = $1',
      [patient],
    );
    return rows[0];
  }

  const team = (id: string, members: readonly string[], rest: object = {}) => ({
    resourceType: 'CareTeam',
    id,
    subject,
    status: 'active',
    participant: members.map((member) => ({ member: to(member) })),
    ...rest,
  });

  it('CON-13 keeps what several resources say apart: the end of one leaves the other', async () => {
    const [a, b] = ['Practitioner/a', 'Practitioner/b'];
    await write(change(team('t1', [a, b])), change(team('t2', [a])));
    expect((await stateOf('p1'))?.ties).toEqual([`care-team:${a}`, `care-team:${b}`]);
    await write(change(team('t1', [a, b]), true));
    expect((await stateOf('p1'))?.ties).toEqual([`care-team:${a}`]);
    await write(change(team('t2', [a], { subject: to('Patient/p2') })));
    expect((await stateOf('p1'))?.ties).toEqual([]);
    expect((await stateOf('p2'))?.ties).toEqual([`care-team:${a}`]);
  });

  it('moves the patient’s epoch where ties changed, so that writes decided before are undone', async () => {
    const before = (await stateOf('p1'))?.consent_epoch;
    await write(change(team('t3', ['Practitioner/c'])));
    const after = (await stateOf('p1'))?.consent_epoch;
    expect(BigInt(after ?? 0)).toBe(BigInt(before ?? 0) + 1n);
    await write(change(team('t3', ['Practitioner/c'])));
    expect((await stateOf('p1'))?.consent_epoch).toBe(after);
  });

  it('holds a tie from its first instant to the one before its end', async () => {
    const held = async (at: number) => {
      const { rows } = await db.pool.query<{ held: string[] }>(
        'select ties_held($1::jsonb, to_timestamp($2)) as held',
        [
          JSON.stringify([
            ['x', 2000, 5000],
            ['y', null, 3000],
            ['z', 4000, null],
          ]),
          at / 1000,
        ],
      );
      return rows[0]?.held.join('');
    };
    const asked = [1999, 2000, 2999, 3000, 3999, 4000, 4999, 5000];
    expect(await Promise.all(asked.map(held))).toEqual([
      'y',
      'xy',
      'xy',
      'x',
      'x',
      'xz',
      'xz',
      'z',
    ]);
  });

  it('ends a guardian’s tie when the patient comes of age, and has none where the age is unknown', async () => {
    const guardian = {
      resourceType: 'RelatedPerson',
      id: 'g',
      patient: to('Patient/minor'),
      relationship: [{ coding: [{ code: 'MTH' }] }],
    };
    const patient = (birthDate?: string) =>
      change({ resourceType: 'Patient', id: 'minor', ...(birthDate && { birthDate }) });
    const passing = async () => (await stateOf('minor'))?.passing_ties;
    await write(change(guardian));
    expect(await passing()).toBeNull();
    await write(patient('2015-05-05'));
    const adult = Date.UTC(2033, 4, 5);
    expect(await passing()).toEqual([['guardian:RelatedPerson/g', null, adult]]);
    await write(patient('2000-05-05'));
    expect(await passing()).toBeNull();
    await write(patient());
    expect(await passing()).toBeNull();
  });

  it('ends a relationship with one statement that touches one state row, whatever the patient has', async () => {
    await db.pool.query(
      `insert into resource (tenant, type, id, version, updated, patient, content)
      select 1, 91, 'many-' || n, 1, now(), (select patient from patient_state where patient_id = 'p2'), '{}'
      from generate_series(1, 20000) n`,
    );
    await write(change(team('t4', ['Practitioner/d'], { subject: to('Patient/p2') })));
    let statements = 0;
    const client = await db.appPool.connect();
    const counting: Queryable = {
      query: ((...args: Parameters<typeof client.query>) => {
        statements++;
        return client.query(...args);
      }) as typeof client.query,
    };
    await client.query('begin');
    const before = await rowsTouched(client);
    await projection.project(counting, TENANT, {
      changes: [change(team('t4', []))],
      patients: [],
    });
    const touched = (await rowsTouched(client)) - before;
    await client.query('rollback');
    client.release();
    // The tie's own row goes, the patient's state row changes.
    expect({ statements, touched }).toEqual({ statements: 1, touched: 2 });
  });

  it('CON-14 is not due to a new resource that ties nobody', () => {
    const encounter = { resourceType: 'Encounter', id: 'e', subject, status: 'finished' };
    const created = (resource: { resourceType: string; id: string }) => ({
      ...change(resource),
      expected: 0,
    });
    expect(projection.isDueTo(created(encounter))).toBe(false);
    expect(projection.isDueTo(change(encounter))).toBe(true);
    expect(projection.isDueTo(created(team('t', ['Practitioner/a'])))).toBe(true);
    expect(projection.isDueTo(created({ resourceType: 'Observation', id: 'o' }))).toBe(false);
  });
});
