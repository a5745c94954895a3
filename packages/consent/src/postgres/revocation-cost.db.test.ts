// Goal: taking a consent back costs the same whatever the patient's record holds. Method: the projection
// that a revocation runs, counted in statements and rows, over a record of three and a large one.

import { eventsMigrations } from '@holdfast/events';
import { typeCode } from '@holdfast/fhir';
import type { ResourceKey, TenantId } from '@holdfast/kernel';
import { ledgerMigrations } from '@holdfast/ledger';
import type { Queryable } from '@holdfast/postgres';
import { storeMigrations } from '@holdfast/store';
import { runs, type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { consentMigrations } from '../migrations.ts';
import { rowsTouched } from '../testing/rows-touched.ts';
import { StoredWorld } from '../testing/stored-world.ts';
import { ConsentProjection } from './consent-projection.ts';

const TENANT = 1 as TenantId;
const LARGE = runs(10_000);
vi.setConfig({ testTimeout: 60_000 + LARGE });

let db: TestDatabase;
let world: StoredWorld;
beforeAll(async () => {
  db = await testDatabase({
    migrations: [ledgerMigrations, eventsMigrations, storeMigrations, consentMigrations],
  });
  world = new StoredWorld(db.pool);
});
afterAll(() => db.drop());

const consent = { status: 'active', dateTime: '2026-01-01', provision: { type: 'permit' } };
const projection = new ConsentProjection();

async function patientWith(id: string, observations: number): Promise<ResourceKey> {
  const patient = await world.patient(id);
  await world.resource({ type: 'Consent', id: `${id}-c`, patient, content: consent });
  await db.pool.query(
    `insert into resource (tenant, type, id, version, updated, patient, confidentiality, content)
     select 1, $1, $2 || '-' || n, 1, now(), $3, 3, '{}' from generate_series(1, $4::integer) n`,
    [typeCode('Observation'), id, String(patient), observations],
  );
  await projection.project(db.appPool, TENANT, { changes: [], patients: [patient] });
  return patient;
}

/** Statements and rows of the projection after the consent became inactive. */
async function costOfRevoking(id: string, patient: ResourceKey) {
  const revoked = JSON.stringify({ ...consent, resourceType: 'Consent', status: 'inactive' });
  await db.pool.query('update resource set content = $1 where id = $2', [revoked, `${id}-c`]);
  const client = await db.appPool.connect();
  let statements = 0;
  const counting: Queryable = {
    // The overloads of `query` are those of the client.
    query: ((...args: Parameters<typeof client.query>) => {
      statements++;
      return client.query(...args);
    }) as typeof client.query,
  };
  try {
    await client.query('begin');
    const before = await rowsTouched(client);
    await projection.project(counting, TENANT, { changes: [], patients: [patient] });
    const rows = (await rowsTouched(client)) - before;
    await client.query('commit');
    return { statements, rows };
  } finally {
    client.release();
  }
}

it(`a revocation touches one row in two statements, in a record of 3 resources as of ${LARGE}`, async () => {
  const small = await patientWith('small', 3);
  const large = await patientWith('large', LARGE);
  expect(await costOfRevoking('small', small)).toEqual({ statements: 2, rows: 1 });
  expect(await costOfRevoking('large', large)).toEqual({ statements: 2, rows: 1 });
  const { rows } = await db.pool.query('select consent_class from patient_state');
  expect(rows).toEqual([{ consent_class: 0 }, { consent_class: 0 }]);
});
