import { eventsMigrations } from '@holdfast/events';
import { typeOfCode } from '@holdfast/fhir';
import type { PatientId, ResourceKey, TenantId } from '@holdfast/kernel';
import { ledgerMigrations } from '@holdfast/ledger';
import { ANY_TIE, storeMigrations } from '@holdfast/store';
import { fakeClock, type TestDatabase, testDatabase } from '@holdfast/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Actor } from '../actor.ts';
import { consentMigrations } from '../migrations.ts';
import {
  actionArbitrary,
  actorArbitrary,
  consentsArbitrary,
  rowArbitrary,
  tiesArbitrary,
} from '../testing/arbitraries.ts';
import { decidedRows, StoredWorld } from '../testing/stored-world.ts';
import { ConsentGates } from './consent-gates.ts';
import { ConsentProjection } from './consent-projection.ts';

const TENANT = 1 as TenantId;
/** Each adds a patient that every later statement reads: the count stays small. */
const RUNS = 16;
vi.setConfig({ testTimeout: 60_000 + RUNS * 2_000 });

const clinician: Actor = {
  tenant: TENANT,
  principal: 'Practitioner/a',
  closure: ['Practitioner/a', 'Organization/c'],
  roles: ['clinician'],
  purposes: ['TREAT'],
  emergency: false,
  tokenId: 't',
};

const permitTo = (reference: string, provision: object = {}) => ({
  resourceType: 'Consent',
  status: 'active',
  dateTime: '2026-01-01',
  provision: { type: 'permit', actor: [{ reference: { reference } }], ...provision },
});

describe('consent in PostgreSQL', () => {
  let db: TestDatabase;
  let world: StoredWorld;
  let patients = 0;
  const clock = fakeClock(new Date());
  const projection = new ConsentProjection();
  beforeAll(async () => {
    db = await testDatabase({
      migrations: [ledgerMigrations, eventsMigrations, storeMigrations, consentMigrations],
    });
    world = new StoredWorld(db.pool);
  });
  afterAll(() => db.drop());

  const gates = (): ConsentGates => new ConsentGates({ database: () => db.appPool, clock });

  async function patientWith(...consents: readonly object[]): Promise<ResourceKey> {
    const patient = await world.patient(`p${++patients}`);
    await write(patient, ...consents);
    return patient;
  }

  async function write(patient: ResourceKey, ...consents: readonly object[]): Promise<void> {
    await db.pool.query('delete from resource where patient = $1 and type = 29', [String(patient)]);
    for (const content of consents) await world.resource({ type: 'Consent', patient, content });
    await projection.project(db.appPool, TENANT, { changes: [], patients: [patient] });
  }

  /** Every other one of the passing ties is over. */
  async function tie(
    patient: ResourceKey,
    ties: readonly string[],
    passing: readonly string[],
  ): Promise<void> {
    const over = Date.now() - 60_000;
    const timed = passing.map((each, index) => [each, null, index % 2 === 0 ? null : over]);
    await db.pool.query(
      'update patient_state set ties = $2, passing_ties = $3 where patient = $1',
      [String(patient), ties, timed.length === 0 ? null : JSON.stringify(timed)],
    );
  }

  async function state(patient: ResourceKey) {
    const { rows } = await db.pool.query<{ consent_class: number; residual: string[] }>(
      'select consent_class, residual from patient_state where patient = $1',
      [String(patient)],
    );
    return rows[0];
  }

  const epoch = async (): Promise<bigint> => {
    const { rows } = await db.pool.query('select consent_epoch from tenant_state where tenant = 1');
    return BigInt((rows[0] as { consent_epoch: string } | undefined)?.consent_epoch ?? 0);
  };

  // The generator's month is moved around the database's clock.
  const thisMonth = (): string => new Date().toISOString().slice(0, 7);

  /** Reads as the store does: refresh and run again while the statement saw something newer. */
  async function visible(source = gates().gateSource(clinician, 'read')): Promise<Set<string>> {
    let gate = source.current();
    for (let attempt = 0; attempt < 4; attempt++) {
      const current = gate;
      const seen = await decidedRows(
        db.appPool,
        (alias, bind) => current.releasable(alias, bind),
        (code) => typeOfCode(code) ?? '',
      );
      const nowMs = seen.rows[0]?.nowMs ?? 0;
      const isStale = seen.epoch > gate.epoch || nowMs >= gate.validUntil;
      const decisions = seen.rows.map((row) => gate.decide(row.facts, row.nowMs).kind);
      if (!isStale && !decisions.includes('stale')) {
        const inProcess = seen.rows.filter((_row, index) => decisions[index] === 'release');
        const inSql = seen.rows.filter(({ released }) => released);
        expect(inSql.map(({ facts }) => facts)).toEqual(inProcess.map(({ facts }) => facts));
        return new Set(inSql.map(({ key }) => key));
      }
      gate = await source.refresh(nowMs);
    }
    throw new Error('never settled');
  }

  it('CON-2 gives patients who signed the same form one class, and each their own residual', async () => {
    const ann = await patientWith(permitTo('Organization/c'));
    const ben = await patientWith({ ...permitTo('Organization/z'), dateTime: '2025-06-06' });
    const [a, b] = [await state(ann), await state(ben)];
    expect(a?.consent_class).toBeGreaterThan(0);
    expect(b?.consent_class).toBe(a?.consent_class);
    expect([a?.residual, b?.residual]).toEqual([['Organization/c'], ['Organization/z']]);
  });

  it('bumps the epoch for a class that is new and for no other', async () => {
    const before = await epoch();
    await patientWith(permitTo('Organization/c', { purpose: [{ code: 'COC' }] }));
    expect(await epoch()).toBe(before + 1n);
    await patientWith(permitTo('Organization/q', { purpose: [{ code: 'COC' }] }));
    expect(await epoch()).toBe(before + 1n);
  });

  it('a revocation holds from the next statement, through a gate that knew nothing of it', async () => {
    const patient = await patientWith(permitTo('Organization/c'));
    const row = String(await world.resource({ type: 'Observation', patient, confidentiality: 4 }));
    const source = gates().gateSource(clinician, 'read');
    expect((await visible(source)).has(row)).toBe(true);
    await write(patient, { ...permitTo('Organization/c'), status: 'inactive' });
    expect((await visible(source)).has(row)).toBe(false);
    expect((await state(patient))?.consent_class).toBe(0);
  });

  it('hides a class that the gate has not loaded, and shows it after a refresh', async () => {
    const source = gates().gateSource(clinician, 'read');
    await visible(source);
    const stale = source.current();
    const patient = await patientWith(permitTo('Organization/c', { purpose: [{ code: 'TREAT' }] }));
    const key = String(await world.resource({ type: 'Condition', patient }));
    const seen = await decidedRows(
      db.appPool,
      (alias, bind) => stale.releasable(alias, bind),
      (code) => typeOfCode(code) ?? '',
    );
    const row = seen.rows.find((each) => each.key === key);
    expect(row?.released).toBe(false);
    expect(seen.epoch).toBeGreaterThan(stale.epoch);
    expect((await visible(source)).has(key)).toBe(true);
  });

  it('a consent that starts or ends changes the answer at that instant, without a write', async () => {
    const { rows } = await db.pool.query<{ now: string }>('select now()::text as now');
    const at = (offset: number): string =>
      new Date(new Date(rows[0]?.now ?? '').getTime() + offset).toISOString();
    const hour = 3_600_000;
    const later = await patientWith(
      permitTo('Organization/c', { period: { start: at(hour / 2) } }),
    );
    const over = await patientWith(permitTo('Organization/c', { period: { end: at(2 * hour) } }));
    const restricted = { type: 'Observation', confidentiality: 4 } as const;
    const starts = await world.resource({ ...restricted, patient: later });
    const ends = await world.resource({ ...restricted, patient: over });
    const source = gates().gateSource(clinician, 'read');
    const seen = await visible(source);
    expect([seen.has(String(starts)), seen.has(String(ends))]).toEqual([false, true]);
    const gate = source.current();
    gate.releasable('r', () => '$1');
    expect(gate.validUntil).toBeLessThan(Date.parse(at(2 * hour)));
    const facts = async (patient: ResourceKey) => {
      const { consent_class: consentClass = 0, residual = [] } = (await state(patient)) ?? {};
      const row = { type: 'Observation', id: 'x', patient, patientId: 'x', sensitivity: 0n };
      return {
        ...row,
        confidentiality: 4,
        content: null,
        consentClass,
        residual,
        ties: [ANY_TIE],
        others: [],
      };
    };
    const kind = async (patient: ResourceKey, offset: number) =>
      gate.decide(await facts(patient), Date.parse(at(offset))).kind;
    expect(await kind(later, hour / 2 - 1)).toBe('hide');
    expect(await kind(later, hour / 2)).toBe('release');
    expect(await kind(over, 2 * hour)).toBe('release');
    expect(await kind(over, 2 * hour + 1)).toBe('hide');
  });

  it('A15 a row that names a second patient needs that patient too, in SQL as in process', async () => {
    const yes = await patientWith(permitTo('Organization/c'));
    const no = await patientWith(permitTo('Organization/z'));
    const alone = await world.resource({ type: 'Observation', patient: yes });
    const both = await world.resource({ type: 'Observation', patient: yes, others: [no] });
    const agreed = await world.resource({ type: 'Observation', patient: yes, others: [yes] });
    const seen = await visible();
    expect([alone, both, agreed].map((key) => seen.has(String(key)))).toEqual([true, false, true]);
  });

  it('CON-3 a residual that lost its slots opens nothing and keeps denying, in SQL as in process', async () => {
    const other = 'Organization/nobody';
    const denied = { type: 'deny', actor: [{ reference: { reference: other } }] };
    const except = { type: 'permit', provision: [denied], actor: undefined };
    const permitted = await patientWith(permitTo('Organization/c'));
    const refusing = await patientWith(permitTo('x', except));
    const rows = [
      await world.resource({ type: 'Observation', patient: permitted }),
      await world.resource({ type: 'Observation', patient: refusing }),
    ];
    const shown = async () => {
      const seen = await visible();
      return rows.map((key) => seen.has(String(key)));
    };
    expect(await shown()).toEqual([true, true]);
    const lose = "update patient_state set residual = '{}' where patient = any($1)";
    await db.pool.query(lose, [[permitted, refusing].map(String)]);
    expect(await shown()).toEqual([false, false]);
  });

  it('CON-4 a class never changes, not even for its owner', async () => {
    const change = db.pool.query("update consent_class set canonical = 'x'");
    await expect(change).rejects.toThrow(/CON-4/);
    await expect(db.pool.query('delete from consent_class')).rejects.toThrow(/CON-4/);
    const forged = "insert into consent_class values (1, 9999, '\\x00', 'x')";
    await expect(db.pool.query(forged)).rejects.toThrow(/con_class_hash/);
  });

  it('CON-3 hides a row whose patient has no state row, in SQL as in process', async () => {
    const key = await world.resource({ type: 'Observation', patient: 888_888n as ResourceKey });
    expect((await visible()).has(String(key))).toBe(false);
  });

  it('CON-6 commits classes in the order of their ids: a second writer waits for the first', async () => {
    const [ann, ben] = [await patientWith(), await patientWith()];
    const own = (purpose: string) => permitTo('Organization/c', { purpose: [{ code: purpose }] });
    await world.resource({ type: 'Consent', patient: ann, content: own('first') });
    await world.resource({ type: 'Consent', patient: ben, content: own('second') });
    const client = await db.appPool.connect();
    await client.query('begin');
    await projection.project(client, TENANT, { changes: [], patients: [ann] });
    let isDone = false;
    const second = projection
      .project(db.appPool, TENANT, { changes: [], patients: [ben] })
      .then(() => {
        isDone = true;
      });
    const waiting = "select from pg_locks where locktype = 'advisory' and not granted";
    while ((await db.pool.query(waiting)).rowCount === 0) expect(isDone).toBe(false);
    await client.query('commit');
    client.release();
    await second;
    const [a, b] = [await state(ann), await state(ben)];
    expect(b?.consent_class).toBe((a?.consent_class ?? 0) + 1);
  });

  it('projects many patients with two statements', async () => {
    const several = [await patientWith(), await patientWith(), await patientWith()];
    for (const patient of several) {
      await world.resource({ type: 'Consent', patient, content: permitTo('Organization/c') });
    }
    let statements = 0;
    const counted: typeof db.appPool.query = ((...args: Parameters<typeof db.appPool.query>) => {
      statements++;
      return db.appPool.query(...args);
    }) as typeof db.appPool.query;
    await projection.project({ query: counted }, TENANT, { changes: [], patients: several });
    expect(statements).toBe(2);
    const classes = await Promise.all(
      several.map(async (each) => (await state(each))?.consent_class),
    );
    expect(new Set(classes).size).toBe(1);
    expect(classes[0]).toBeGreaterThan(0);
  });

  it('refuses a consent nested deeper than the limit and a patient without a state row', async () => {
    let provision: object = { type: 'deny' };
    for (let depth = 0; depth < 8; depth++) provision = { type: 'permit', provision: [provision] };
    await expect(patientWith({ ...permitTo('x'), provision })).rejects.toThrow(/BEYOND_LIMITS/);
    const nobody = 999_999n as ResourceKey;
    await expect(
      projection.project(db.appPool, TENANT, { changes: [], patients: [nobody] }),
    ).rejects.toThrow(/UNKNOWN/);
  });

  it('CON-7 the SQL form probes patient_state by key and joins nothing', async () => {
    const gate = await gates().gateSource(clinician, 'read').refresh(clock.now().getTime());
    const values: unknown[] = [];
    const predicate = gate.releasable('r', (value) => `$${values.push(value)}`);
    const client = await db.appPool.connect();
    await client.query('begin');
    await client.query('set local enable_seqscan = off');
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `explain select r.key from resource r where ${predicate}`,
      values,
    );
    await client.query('rollback');
    client.release();
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(
      /Index (Only )?Scan using patient_state_pkey on patient_state con_patient/,
    );
    expect(plan).not.toMatch(/(Semi|Anti|Hash|Merge) Join/);
    expect(plan).toMatch(/SubPlan/);
  });

  it('releasable agrees with decide on random patients, rows and actors', async () => {
    let former = await patientWith();
    await fc.assert(
      fc.asyncProperty(
        consentsArbitrary,
        fc.array(rowArbitrary, { minLength: 3, maxLength: 3 }),
        tiesArbitrary,
        tiesArbitrary,
        async (consents, rows, ties, passing) => {
          const moved = JSON.stringify(consents).replaceAll('2026-01', thisMonth());
          const patient = await patientWith(...(JSON.parse(moved) as object[]));
          await tie(patient, ties, passing);
          for (const { row, hasOther } of rows) {
            await world.resource({
              type: row.type as 'Observation',
              patient: row.patient === null ? null : patient,
              ...(hasOther && { others: [former] }),
              confidentiality: row.confidentiality,
              sensitivity: row.sensitivity,
              content: JSON.parse(
                (row.content ?? '{}').replaceAll('2026-01', thisMonth()),
              ) as object,
            });
          }
          former = patient;
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
    const asked = fc.sample(fc.tuple(actorArbitrary, actionArbitrary), { numRuns: RUNS, seed: 7 });
    let shown = 0;
    for (const [actor, action] of asked) {
      const known = { ...actor, patientId: `p${patients}` as PatientId };
      shown += (await visible(gates().gateSource(known, action))).size;
    }
    expect(shown).toBeGreaterThan(RUNS);
  });
});
