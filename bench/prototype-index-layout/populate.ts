import { readFile } from 'node:fs/promises';
import type { Client } from 'pg';

/** How many resources there are and of whom. */
export interface Population {
  readonly resources: number;
  readonly patients: number;
  /** Patients 1 to this number have 10,000 observations each. */
  readonly intensive: number;
}

export const INTENSIVE_OBSERVATIONS = 10_000;
/** Every so many-th patient has 100 observations instead of 20. */
export const DENSE_EVERY = 50;
const LOAD_STEP = 20_000;

export const TABLES = ['token', 'date', 'reference', 'string', 'quantity'] as const;
const VALUES: Readonly<Record<(typeof TABLES)[number], string>> = {
  token: 'code, system',
  date: 'low, high',
  reference: 'target',
  string: 'value',
  quantity: 'unit, value',
};

/** 1 Patient, 2 Encounters and 20 Observations a patient (2 % have 100), some intensive patients. */
export function planPopulation(resources: number): Population {
  const intensive = resources >= 1_000_000 ? 4 : 1;
  const perPatient = 1 + 2 + 20 + 80 / DENSE_EVERY;
  const patients = Math.floor((resources - intensive * (INTENSIVE_OBSERVATIONS - 20)) / perPatient);
  return { resources, patients, intensive };
}

export interface Load {
  readonly population: Population;
  readonly contentBytes: number;
  /** Build indexes after the rows (fast, tightly packed) instead of row by row in order of arrival. */
  readonly bulk: boolean;
  readonly log: (line: string) => void;
}

/** Creates and fills table `resource` and both layouts; returns seconds a layout's load took. */
export async function populate(db: Client, load: Load): Promise<Record<'a' | 'b', number>> {
  await script(db, 'resource.sql');
  await script(db, 'writes.sql');
  await insertResources(db, load);
  await script(db, 'resource-indexes.sql');
  await db.query('vacuum analyze resource');
  const seconds = { a: 0, b: 0 };
  for (const layout of ['a', 'b'] as const) {
    const started = performance.now();
    await script(db, `layout-${layout}.sql`);
    if (!load.bulk) await script(db, `layout-${layout}-indexes.sql`);
    await insertRows(db, layout, load);
    if (load.bulk) await script(db, `layout-${layout}-indexes.sql`);
    seconds[layout] = (performance.now() - started) / 1000;
    for (const table of TABLES) await db.query(`vacuum analyze ${layout}.${table}_index`);
    load.log(`layout ${layout}: loaded in ${seconds[layout].toFixed(0)} s`);
  }
  return seconds;
}

async function script(db: Client, name: string): Promise<void> {
  await db.query(await readFile(new URL(name, import.meta.url), 'utf8'));
}

async function insertResources(db: Client, load: Load): Promise<void> {
  const { patients, intensive } = load.population;
  await db.query('insert into population values ($1)', [patients]);
  const columns = '(tenant, type, id, version, updated, patient, at, content)';
  const content = `rpad('{"resourceType":"Observation","id":"', ${load.contentBytes}, md5(p::text))`;
  const started = performance.now();
  await db.query(
    `insert into resource ${columns}
     select 1, 1, 'patient-' || p, 1, timestamptz '2020-01-01', p, '-infinity', ${content}
     from generate_series(1, ${patients}) p order by p`,
  );
  await db.query(
    `insert into resource ${columns}
     select 1, 2, 'encounter-' || round || '-' || p, 1, at, p, at, ${content}
     from generate_series(1, 2) round, generate_series(1, ${patients}) p,
       lateral (select timestamptz '2020-01-01' + make_interval(days => 900 * round + p % 900) as at) t
     order by round, p`,
  );
  // In order of time: a patient's observations lie scattered over the table, as they do in life.
  await db.query(
    `insert into resource ${columns}
     select 1, 3, left(stamp, 8) || '-' || right(stamp, 4) || '-7' || substr(mark, 1, 3) || '-8'
       || substr(mark, 4, 3) || '-' || substr(mark, 7, 12), 1, at, p, at, ${content}
     from generate_series(1, ${patients}) p,
       lateral (select case when p <= ${intensive} then ${INTENSIVE_OBSERVATIONS}
         when p % ${DENSE_EVERY} = 0 then 100 else 20 end as n) many,
       lateral (select timestamptz '2020-01-01'
         + interval '6 years' * ((i + pick(p, i, 1000) / 1000.0) / n) as at, i
         from generate_series(0, n - 1) i) o,
       lateral (select md5(p || '-' || i) as mark,
         lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') as stamp) s
     order by at`,
  );
  load.log(`resource: loaded in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

async function insertRows(db: Client, layout: 'a' | 'b', load: Load): Promise<void> {
  const { rows } = await db.query<{ last: string }>('select max(key) as last from resource');
  const last = Number(rows[0]?.last ?? 0);
  const step = load.bulk ? last : LOAD_STEP;
  for (let first = 1; first <= last; first += step) {
    for (const table of TABLES) {
      const patient = layout === 'b' ? ', patient' : '';
      await db.query(
        `insert into ${layout}.${table}_index
         select 1, param, ${VALUES[table]}, at, key${patient} from ${table}_facts
         where key between ${first} and ${Math.min(last, first + step - 1)}`,
      );
    }
  }
}
