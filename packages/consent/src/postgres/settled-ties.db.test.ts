// Goal: verification and the writer agree on what a patient's relationships come down to. Method: random
// rows, settled by the database at one instant and made again here at a later one; then one change.

import { eventsMigrations } from '@holdfast/events';
import { ledgerMigrations } from '@holdfast/ledger';
import { storeMigrations } from '@holdfast/store';
import { runs, type TestDatabase, testDatabase } from '@holdfast/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { consentMigrations } from '../migrations.ts';
import {
  type PassingTie,
  type RelationshipRow,
  settledTies,
  wrongTieColumns,
} from '../relations/settled-ties.ts';
import { StoredWorld } from '../testing/stored-world.ts';

let db: TestDatabase;
let patient: string;
beforeAll(async () => {
  db = await testDatabase({
    migrations: [ledgerMigrations, eventsMigrations, storeMigrations, consentMigrations],
  });
  patient = String(await new StoredWorld(db.pool).patient('p', []));
});
afterAll(() => db.drop());

const NOW = Date.now();
const HOUR = 3_600_000;
const instant = fc.constantFrom(NOW - 2 * HOUR, NOW - HOUR, NOW + HOUR, NOW + 2 * HOUR);
const row: fc.Arbitrary<RelationshipRow> = fc.record({
  kind: fc.constantFrom('care-team', 'guardian', 'of-age', 'break-glass'),
  target: fc.constantFrom('Practitioner/a', 'Practitioner/b'),
  since: fc.oneof(fc.constant(-Infinity), instant),
  until: fc.oneof(fc.constant(Infinity), instant),
});

async function settled(rows: readonly RelationshipRow[]) {
  await db.pool.query('delete from relationship');
  await db.pool.query(
    `insert into relationship (tenant, source_type, source_id, patient, kind, target, since, until)
      select 1, 17, 'x', $1, u.* from unnest($2::text[], $3::text[], $4::float8[], $5::float8[]) u`,
    [
      patient,
      rows.map(({ kind }) => kind),
      rows.map(({ target }) => target),
      rows.map(({ since }) => since),
      rows.map(({ until }) => until),
    ],
  );
  await db.pool.query('select settle_ties(1::smallint, $1::bigint[])', [[patient]]);
  const { rows: states } = await db.pool.query<{ ties: string[]; passing: PassingTie[] | null }>(
    'select ties, passing_ties as passing from patient_state where patient = $1',
    [patient],
  );
  return { ties: states[0]?.ties ?? [], passing: states[0]?.passing ?? [] };
}

it('what the database settled holds, then and later, and nothing added or taken away does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 6 }), async (rows) => {
      const stored = await settled(rows);
      const made = settledTies(rows);
      for (const at of [Date.now(), NOW + 90 * 60_000, NOW + 3 * HOUR]) {
        expect(wrongTieColumns(stored, made, at)).toEqual([]);
      }
      const more: PassingTie = ['care-team:Practitioner/c', null, NOW - HOUR];
      expect(wrongTieColumns({ ...stored, passing: [...stored.passing, more] }, made, NOW)).toEqual(
        ['passing_ties'],
      );
      expect(wrongTieColumns({ ...stored, ties: [...stored.ties, more[0]] }, made, NOW)).toEqual([
        'ties',
      ]);
      const fewerTies = { ...stored, ties: stored.ties.slice(1) };
      expect(wrongTieColumns(fewerTies, made, NOW)).toEqual(stored.ties.length > 0 ? ['ties'] : []);
      const fewer = { ...stored, passing: stored.passing.slice(1) };
      expect(wrongTieColumns(fewer, made, NOW)).toEqual(
        stored.passing.length > 0 ? ['passing_ties'] : [],
      );
      // Once it is over it may be missing.
      expect(wrongTieColumns(fewer, made, NOW + 3 * HOUR)).toEqual(
        stored.passing[0]?.[2] === null ? ['passing_ties'] : [],
      );
    }),
    { numRuns: runs(60, 2_000) },
  );
});
