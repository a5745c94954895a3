import { eventsMigrations } from '@holdfast/events';
import type { ResourceType } from '@holdfast/fhir';
import type { ResourceKey, TenantId } from '@holdfast/kernel';
import { ledgerMigrations } from '@holdfast/ledger';
import { storeMigrations } from '@holdfast/store';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFIDENTIALITY, UNLABELLED } from '../labels/confidentiality.ts';
import { sensitivityBit } from '../labels/sensitivity-dictionary.ts';
import { consentMigrations } from '../migrations.ts';
import { StoredWorld } from '../testing/stored-world.ts';
import { LabelSetStore } from './label-set-store.ts';
import { projectAgain } from './project-again.ts';
import { relabel } from './relabel.ts';

const TENANT = 1 as TenantId;
const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm';
const never = new AbortController().signal;
const coded = (code: string) => ({ code: { coding: [{ system: ICD10CM, code }] } });
const part = { encounter: { reference: 'Encounter/visit' } };
const setsFor = (label: string, ...beginning: readonly string[]) => ({
  title: label,
  rules: [{ label, system: ICD10CM, beginning }],
});

let db: TestDatabase;
let world: StoredWorld;
let patient: ResourceKey;

beforeAll(async () => {
  db = await testDatabase({
    migrations: [ledgerMigrations, eventsMigrations, storeMigrations, consentMigrations],
  });
  world = new StoredWorld(db.pool);
  patient = await world.patient('p');
  const add = (type: ResourceType, id: string, content: object = {}, confidentiality?: number) =>
    world.resource({
      type,
      id,
      patient,
      content,
      ...(confidentiality !== undefined && { confidentiality }),
    });
  await add('Encounter', 'visit');
  await add('Condition', 'diagnosis', {
    ...part,
    ...coded('E11.9'),
    category: [{ coding: [{ code: 'encounter-diagnosis' }] }],
  });
  await add('Observation', 'during', part);
  await add('Observation', 'apart', coded('J45'));
  await add('Observation', 'never-labelled', {}, UNLABELLED);
  await world.resource({ type: 'Group', id: 'nobodys', patient: null });
});
afterAll(() => db.drop());

async function labels() {
  const { rows } = await db.pool.query<{
    id: string;
    confidentiality: number;
    sensitivity: string;
    labelling: number;
  }>('select id, confidentiality, sensitivity, labelling from resource');
  return Object.fromEntries(
    rows.map((row) => [
      row.id,
      row.confidentiality === CONFIDENTIALITY.N && row.sensitivity === '0'
        ? 'ordinary'
        : row.confidentiality === CONFIDENTIALITY.R &&
            BigInt(row.sensitivity) === sensitivityBit('HIV')
          ? 'HIV'
          : 'other',
    ]),
  );
}

describe('CON-11 label sets that are loaded', () => {
  it('hold for what is written from then on, and for the stored data once it is labelled again', async () => {
    const sets = new LabelSetStore(TENANT, db.appPool);
    expect((await sets.status()).version).toBe(0);
    expect(await sets.load(setsFor('HIV', 'E11'), 'Practitioner/officer')).toMatchObject({
      ok: true,
      value: { version: 1 },
    });
    expect(await labels()).toMatchObject({ diagnosis: 'ordinary', 'never-labelled': 'other' });
    expect((await sets.status()).relabelling).toMatchObject({ patients: 0, patientsTotal: 1 });

    await relabel(db.appPool, TENANT, never);
    expect(await labels()).toEqual({
      p: 'ordinary',
      visit: 'HIV',
      diagnosis: 'HIV',
      during: 'HIV',
      apart: 'ordinary',
      'never-labelled': 'ordinary',
      nobodys: 'ordinary',
    });
    expect(await sets.status()).toMatchObject({
      version: 1,
      title: 'HIV',
      loadedBy: 'Practitioner/officer',
      relabelling: {
        patients: 1,
        resources: 7,
        changed: 4,
        finishedAt: expect.stringContaining('T') as string,
      },
    });
  });

  it('take labels back that they do not give, along the Encounter too', async () => {
    const sets = new LabelSetStore(TENANT, db.appPool);
    await sets.load(setsFor('HIV', 'J45'), 'Practitioner/officer');
    await relabel(db.appPool, TENANT, never);
    expect(await labels()).toMatchObject({
      visit: 'ordinary',
      diagnosis: 'ordinary',
      during: 'ordinary',
      apart: 'HIV',
    });
  });

  it('are refused with what is wrong, and nothing changes', async () => {
    const sets = new LabelSetStore(TENANT, db.appPool);
    expect(await sets.load(setsFor('NOSUCH', 'X'), 'x')).toMatchObject({ ok: false });
    expect((await sets.status()).version).toBe(2);
  });

  it('go on where an interrupted run ended', async () => {
    const sets = new LabelSetStore(TENANT, db.appPool);
    await world.patient('q');
    await sets.load(setsFor('HIV', 'E11'), 'Practitioner/officer');
    const stopping = new AbortController();
    stopping.abort();
    await relabel(db.appPool, TENANT, stopping.signal);
    expect((await sets.status()).relabelling).toMatchObject({ patients: 0 });
    await relabel(db.appPool, TENANT, never);
    expect((await sets.status()).relabelling).toMatchObject({ patients: 2, patientsTotal: 2 });
  });
});

describe('CON-12 consents of an earlier class format', () => {
  it('deny until they are projected again, and are found and projected', async () => {
    await world.resource({
      type: 'Consent',
      id: 'consent',
      patient,
      content: { status: 'active', dateTime: '2026-01-01', provision: { type: 'permit' } },
    });
    const old = '{"format":1,"consents":[]}';
    await db.pool.query(
      `select assign_consent_classes(1::smallint, array[$1::bigint], array[$2], '[[]]')`,
      [String(patient), old],
    );
    const canonical = async () => {
      const { rows } = await db.pool.query<{ canonical: string }>(
        `select c.canonical from patient_state s
         join consent_class c on c.tenant = s.tenant and c.id = s.consent_class
         where s.patient_id = 'p'`,
      );
      return rows[0]?.canonical;
    };
    expect(await canonical()).toBe(old);
    expect(await projectAgain(db.appPool, TENANT, never)).toEqual({ projected: 1, refused: 0 });
    expect(await canonical()).toMatch(/^\{"format":(?!1,).*"effect":"permit"/);
    expect(await projectAgain(db.appPool, TENANT, never)).toEqual({ projected: 0, refused: 0 });
  });
});
