import { runs, seededRandom } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkIndex, type Identified, type WriteIntent } from './index.ts';
import {
  observation,
  patient,
  type StoreStage,
  storeStage,
  tenant,
} from './testing/store-stage.ts';

let stage: StoreStage;
beforeAll(async () => {
  stage = await storeStage();
});
afterAll(() => stage.database.drop());

const differences = () =>
  checkIndex(stage.database.appPool, { tenant, dictionary: stage.dictionary });

describe('the index', () => {
  it('equals a rebuild after any sequence of writes, also of several at once', async () => {
    const random = seededRandom(20_261_124);
    const people = ['p0', 'p1', 'p2'];
    await stage.write(people.map((id) => ({ kind: 'create', resource: patient(id, 'Start') })));
    const intent = (id: string): WriteIntent => {
      const date = random.pick(['2024-01-01', '2024-02', '2024-01-01T10:00:00Z']);
      const made = observation(id, random.pick(people), date, random.pick(['a', 'b', 'c']));
      const optional: Identified = {
        ...made,
        ...(random.chance(0.3) && {
          derivedFrom: [{ reference: `Patient/${random.pick(people)}` }],
        }),
        ...(random.chance(0.3) && { valueQuantity: { value: random.below(100), unit: 'kg' } }),
      };
      const moved = {
        ...patient(random.pick(people), random.pick(['Ä', 'B', 'C'])),
        active: random.chance(0.5),
        // Beyond the years of four digits, at either end of the calendar.
        deceasedDateTime: random.pick(['9999-12-31', '0001-01-01T00:00:00+14:00']),
      };
      return random.pick<WriteIntent>([
        { kind: 'put', resource: optional },
        { kind: 'put', resource: optional },
        { kind: 'put', resource: moved },
        { kind: 'delete', type: 'Observation', id },
      ]);
    };
    for (let round = 0; round < runs(12); round++) {
      await Promise.all(
        // A delete of what was never there is refused; the others go on.
        Array.from({ length: 8 }, (_, i) => stage.write([intent(`o${i % 5}`)]).catch(() => [])),
      );
    }
    expect(await differences()).toEqual([]);
  });

  it('that lost a row, kept one or has one twice is found out', async () => {
    await stage.write([{ kind: 'create', resource: patient('broken', 'Broken') }]);
    const { pool } = stage.database;
    const own = `resource = (select key from resource where id = 'broken')`;
    await pool.query(`delete from string_index where ${own} and folded = 'broken' and ctid = (
      select min(ctid) from string_index where ${own} and folded = 'broken')`);
    await pool.query(`insert into uri_index (tenant, param, at, resource, uri)
      select tenant, 1, at, key, 'urn:x' from resource where id = 'broken'`);
    await pool.query(`insert into token_index select * from token_index where ${own} limit 1`);
    const found = await differences();
    expect(
      new Set(found.map(({ resource, table, kind }) => `${resource} ${table} ${kind}`)),
    ).toEqual(
      new Set([
        'Patient/broken string missing',
        'Patient/broken token twice',
        'Patient/broken uri left over',
      ]),
    );
  });
});
