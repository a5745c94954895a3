// Goal: a store that was filled by COPY is the store that writes would have made. Method: the same
// population into two databases, by either way, and every table compared by what its keys stand for.
import {
  ConsentGates,
  ConsentProjection,
  consentMigrations,
  RelationshipProjection,
  wrongConsentStates,
  wrongRelationships,
} from '@holdfast/consent';
import { eventsMigrations } from '@holdfast/events';
import { indexedParametersOf, resourceTypes } from '@holdfast/fhir';
import { type Clock, systemRandom, type TenantId } from '@holdfast/kernel';
import { ledgerMigrations, NOTHING_SEALED } from '@holdfast/ledger';
import { POPULATION_DAY, Population } from '@holdfast/population';
import {
  type AccessGate,
  beginBulkLoad,
  CursorSeal,
  checkIndex,
  Dictionary,
  FhirRepository,
  finishBulkLoad,
  type Identified,
  missingIndexes,
  storeMigrations,
} from '@holdfast/store';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchesOf, KEYS_A_BATCH } from './batches.ts';
import { openLoader } from './open-loader.ts';

const TENANT = 1 as TenantId;
// Two batches, the second a small one.
const PATIENTS = 560;
const SEED = 3;
const UPDATED = '2026-11-24T12:00:00.000Z';
const clock: Clock = { now: () => new Date(UPDATED), monotonicMs: () => 0 };
const migrations = [ledgerMigrations, eventsMigrations, storeMigrations, consentMigrations];
const plan = JSON.stringify({ seed: SEED, patients: PATIENTS });

const everyParameter = () =>
  resourceTypes.flatMap((type) => indexedParametersOf(type).map((code) => ({ type, code })));

async function write(db: TestDatabase): Promise<void> {
  const open: AccessGate = {
    epoch: BigInt(Number.MAX_SAFE_INTEGER),
    validUntil: Number.POSITIVE_INFINITY,
    decide: () => ({ kind: 'release' }),
    hides: () => [],
    releasable: () => 'true',
  };
  const gates = new ConsentGates({ database: () => db.appPool, clock });
  await gates.warm(TENANT);
  const repository = new FhirRepository({
    tenant: TENANT,
    pool: db.appPool,
    dictionary: await Dictionary.load(db.appPool, everyParameter()),
    seal: new CursorSeal(new Uint8Array(32), systemRandom),
    clock,
    random: systemRandom,
    labelsOf: (resource) => gates.labels(TENANT, resource),
    projections: [new ConsentProjection(), new RelationshipProjection()],
  });
  const put = async (resources: readonly object[]): Promise<void> => {
    await repository.write(
      resources.map((resource) => ({ kind: 'put', resource: resource as Identified })),
      {
        gates: { current: () => open, refresh: async () => open },
        actor: 'Device/test',
        requestId: 'r-1',
        audit: {
          prepare: () => NOTHING_SEALED,
          committed: () => undefined,
          refused: async () => undefined,
          release: () => undefined,
        },
      },
    );
  };
  const population = new Population({ seed: SEED, asOf: POPULATION_DAY });
  await put(population.directory());
  for (let number = 0; number < batchesOf(PATIENTS); number++) {
    await put(population.practice(number).resources);
  }
  for (let index = 0; index < PATIENTS; index++) await put(population.patient(index).resources);
}

const jobOf = (db: TestDatabase, firstKey: number) => ({
  url: db.url,
  tenant: TENANT,
  seed: SEED,
  asOf: POPULATION_DAY,
  patients: PATIENTS,
  firstKey,
  updated: UPDATED,
});

async function copy(db: TestDatabase): Promise<void> {
  const { firstKey } = await beginBulkLoad(db.pool, plan);
  const loader = await openLoader(jobOf(db, firstKey));
  for (let batch = 0; batch < batchesOf(PATIENTS); batch++) await loader.load(batch);
  await loader.close();
  for (const definition of await missingIndexes(db.pool)) await db.pool.query(definition);
  const lastKey = firstKey + batchesOf(PATIENTS) * KEYS_A_BATCH;
  await finishBulkLoad(db.pool, lastKey, async () => undefined);
}

const name = (key: string): string =>
  `(select n.type || '/' || n.id from resource n where n.tenant = 1 and n.key = ${key})`;
const system = (id: string): string => `(select s.uri from token_system s where s.id = ${id})`;
const OF_ROW = `${name('i.resource')} as resource,
  (select p.type || '.' || p.code from search_parameter p where p.id = i.param) as param`;

/** Every table that a write fills, but for events and audit records, by meaning. */
const TABLES: Readonly<Record<string, string>> = {
  resource: `select type, id, version, updated, ${name('r.patient')} as patient, owner_by,
      array(select ${name('o')} from unnest(other_patients) o) as others, at, at_end, lasting,
      confidentiality, sensitivity, labelling, deleted, content from resource r`,
  history: 'select * from history',
  token_index: `select ${OF_ROW}, i.code, ${system('i.system')}, i.at, ${name('i.patient')} as patient
      from token_index i`,
  reference_index: `select ${OF_ROW}, ${name('i.target')} as target, i.at from reference_index i`,
  uri_index: `select ${OF_ROW}, i.uri, i.at from uri_index i`,
  string_index: `select ${OF_ROW}, i.folded, i.tail, i.exact from string_index i`,
  date_index: `select ${OF_ROW}, i.start_at, i.end_at from date_index i`,
  quantity_index: `select ${OF_ROW}, i.unit, ${system('i.system')}, i.low, i.high from quantity_index i`,
  composite_index: `select ${OF_ROW}, i.code, ${system('i.system')}, i.text,
      ${system('i.text_system')} as text_system, i.low, i.high, i.low2, i.high2 from composite_index i`,
  position_index: `select ${OF_ROW}, i.latitude, i.longitude from position_index i`,
  patient_state: `select ${name('s.patient')} as patient, s.patient_id, s.residual, s.ties,
      s.passing_ties, s.consent_epoch, (select c.canonical from consent_class c
        where c.tenant = 1 and c.id = s.consent_class) as class from patient_state s`,
  relationship: `select source_type, source_id, ${name('i.patient')} as patient, kind, target, since,
      until from relationship i`,
  consent_class: 'select canonical from consent_class',
  token_system: 'select uri from token_system',
  search_parameter: 'select type, code from search_parameter',
  indexes: "select indexname, indexdef from pg_indexes where schemaname = 'holdfast'",
  walls: `select relname, relrowsecurity, relforcerowsecurity from pg_class
      where relnamespace = 'holdfast'::regnamespace and relkind in ('r', 'p')`,
};

async function rowsOf(db: TestDatabase, query: string): Promise<string[]> {
  const { rows } = await db.pool.query<{ row: string }>(
    `select to_jsonb(q)::text as row from (${query}) q order by 1`,
  );
  return rows.map(({ row }) => row);
}

describe('a store filled by COPY', () => {
  let written: TestDatabase;
  let copied: TestDatabase;
  beforeAll(async () => {
    written = await testDatabase({ migrations });
    copied = await testDatabase({ migrations });
    await write(written);
    await copy(copied);
  }, 120_000);
  afterAll(() => Promise.all([written.drop(), copied.drop()]));

  it.each(Object.entries(TABLES))(
    'has the rows of one that was written: %s',
    async (table, query) => {
      const expected = await rowsOf(written, query);
      if (!['history', 'position_index'].includes(table))
        expect(expected.length).toBeGreaterThan(0);
      expect(await rowsOf(copied, query)).toEqual(expected);
    },
  );

  it('is found by exactly what its resources say, for the application behind the wall', async () => {
    const dictionary = await Dictionary.load(copied.appPool, everyParameter());
    expect(await checkIndex(copied.appPool, { tenant: TENANT, dictionary })).toEqual([]);
  });

  it('has the consent state and the ties that its resources come down to', async () => {
    const wrong = [];
    for await (const each of wrongConsentStates(copied.appPool, TENANT)) wrong.push(each);
    for (const db of [copied.appPool, written.appPool]) {
      for await (const each of wrongRelationships(db, TENANT)) wrong.push(each);
    }
    expect(wrong).toEqual([]);
    const { rows } = await copied.pool.query<{ class: number; of: string }>(
      'select consent_class as class, count(*) as of from patient_state group by 1',
    );
    expect(rows.length).toBeGreaterThan(5);
  });

  it('shares labels along Encounters, as writes do', async () => {
    const { rows } = await copied.pool.query<{ labelled: string }>(
      'select count(*) as labelled from resource where sensitivity <> 0',
    );
    expect(Number(rows[0]?.labelled)).toBeGreaterThan(20);
  });

  it('gives new resources keys of their own', async () => {
    const { rows } = await copied.pool.query<{ free: boolean }>(
      "select nextval(pg_get_serial_sequence('resource', 'key')) > (select max(key) from resource) as free",
    );
    expect(rows[0]?.free).toBe(true);
  });
});

describe('a load that was stopped', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ migrations });
  });
  afterAll(() => db.drop());

  it('goes on where it was, and until then nobody else is let in', async () => {
    const { firstKey } = await beginBulkLoad(db.pool, plan);
    const first = await openLoader(jobOf(db, firstKey));
    await first.load(0);
    await first.close();

    await expect(db.appPool.query('select from resource')).rejects.toThrow('does not exist');
    await expect(beginBulkLoad(db.pool, 'another')).rejects.toMatchObject({
      code: 'STORE_BULK_UNFINISHED',
    });
    const again = await beginBulkLoad(db.pool, plan);
    expect(again).toEqual({ firstKey, done: new Set([0]) });

    const second = await openLoader(jobOf(db, firstKey));
    await expect(second.load(0)).rejects.toThrow('bulk_load_batch');
    await second.load(1);
    await second.close();
    const definitions = await missingIndexes(db.pool);
    expect(definitions.length).toBeGreaterThan(10);
    for (const definition of definitions.slice(0, 3)) await db.pool.query(definition);
    expect(await missingIndexes(db.pool)).toHaveLength(definitions.length - 3);
    for (const definition of await missingIndexes(db.pool)) await db.pool.query(definition);
    await finishBulkLoad(db.pool, firstKey + 2 * KEYS_A_BATCH, async () => undefined);

    const { rows } = await db.appPool.query<{ patients: string }>(
      'select count(*) as patients from patient_state',
    );
    expect(Number(rows[0]?.patients)).toBe(PATIENTS);
    await expect(beginBulkLoad(db.pool, plan)).rejects.toMatchObject({
      code: 'STORE_BULK_NOT_EMPTY',
    });
  });
});
