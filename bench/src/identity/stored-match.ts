import {
  findCandidates,
  identityMigrations,
  judgeCandidates,
  type NormalRecord,
  type PersonRecord,
  type RecordList,
  type Scorer,
  storedKeys,
} from '@holdfast/identity';
import { createPool, migrate } from '@holdfast/postgres';
import type pg from 'pg';
import { quantile } from '../quantile.ts';
import { temporaryPostgres } from '../temporary-postgres.ts';
import { type GeneratedPeople, generatedPeople } from './generated-people.ts';

export interface StoredMatch {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Records compared, on average. */
  readonly candidates: number;
  /** Part of a person's other records that are among these. */
  readonly found: number;
}

export interface StoredMatchOptions {
  /** Patients stored, in each size. */
  readonly sizes: readonly number[];
  readonly source: readonly PersonRecord[];
  readonly seed: number;
  readonly scorer: Scorer;
  readonly log: (line: string) => void;
}

const TENANT = 1;
const MATCHES = 400;
/** A first few fill the caches of the server and of the compiler. */
const WARM_UP = 100;
const INSERTED_A_STATEMENT = 2_000;

/**
 * One match against stored patients, by how many there are: the statement that finds candidates and
 * the scores of these. The reads of the candidates' records, 40 at most by their key, are not in it.
 */
export async function storedMatches(options: StoredMatchOptions): Promise<readonly StoredMatch[]> {
  const measured: StoredMatch[] = [];
  for (const size of options.sizes) {
    const postgres = await temporaryPostgres({ fsync: 'off', synchronous_commit: 'off' });
    try {
      const url = await postgres.running.ensureDatabase('identity');
      const owner = createPool({ url, applicationName: 'bench owner', max: 1 });
      const pool = createPool({ url, role: 'holdfast_app', tenant: TENANT, max: 1 });
      try {
        await migrate(owner, [identityMigrations]);
        const people = generatedPeople(size, options.source, options.seed);
        await load(pool, people.records);
        await owner.query('vacuum analyze identity_key');
        measured.push(await matches(pool, people, options.scorer));
        options.log(`a match among ${size} patients: ${JSON.stringify(measured.at(-1))}`);
      } finally {
        await pool.end();
        await owner.end();
      }
    } finally {
      await postgres.drop();
    }
  }
  return measured;
}

async function load(pool: pg.Pool, records: RecordList): Promise<void> {
  for (let from = 0; from < records.length; from += INSERTED_A_STATEMENT) {
    const [keys, values, patients]: [number[], string[], string[]] = [[], [], []];
    for (let at = from; at < Math.min(records.length, from + INSERTED_A_STATEMENT); at++) {
      const record = records.at(at);
      for (const { key, value } of record === undefined ? [] : storedKeys(record)) {
        keys.push(key);
        values.push(String(value));
        patients.push(String(at));
      }
    }
    await pool.query(
      `insert into identity_key (tenant, key, value, patient)
       select $1, * from unnest($2::smallint[], $3::bigint[], $4::text[]) on conflict do nothing`,
      [TENANT, keys, values, patients],
    );
  }
}

function positionsByPerson(persons: Uint32Array): ReadonlyMap<number, readonly number[]> {
  const positions = new Map<number, number[]>();
  for (const [position, person] of persons.entries()) {
    const known = positions.get(person);
    if (known === undefined) positions.set(person, [position]);
    else known.push(position);
  }
  return positions;
}

async function matches(
  pool: pg.Pool,
  { records, persons }: GeneratedPeople,
  scorer: Scorer,
): Promise<StoredMatch> {
  const times: number[] = [];
  const counted = { candidates: 0, others: 0, found: 0 };
  const positions = positionsByPerson(persons);
  for (let nth = 0; nth < WARM_UP + MATCHES; nth++) {
    const position = (nth * 7_919) % records.length;
    const asked = records.at(position);
    if (asked === undefined) continue;
    const startedMs = performance.now();
    const found = await findCandidates(
      pool,
      { tenant: TENANT, except: String(position) },
      storedKeys(asked),
    );
    const others = found.flatMap((id): NormalRecord[] => {
      const record = records.at(Number(id));
      return record === undefined ? [] : [record];
    });
    judgeCandidates(asked, others, scorer);
    if (nth < WARM_UP) continue;
    times.push(performance.now() - startedMs);
    const own = positions.get(persons[position] ?? -1) ?? [];
    counted.candidates += others.length;
    counted.others += own.length - 1;
    counted.found += own.filter((each) => found.includes(String(each))).length;
  }
  return {
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    candidates: counted.candidates / times.length,
    found: counted.found / Math.max(1, counted.others),
  };
}
