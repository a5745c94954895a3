import { typeCode } from '@holdfast/fhir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StoreStage, storeStage } from '../testing/store-stage.ts';
import { Dictionary } from './dictionary.ts';

let stage: StoreStage;
beforeAll(async () => {
  stage = await storeStage();
});
afterAll(() => stage.database.drop());

describe('the dictionary', () => {
  it('knows a parameter that another process registers while it loads', async () => {
    const { pool, appPool } = stage.database;
    const other = await pool.connect();
    await other.query('begin');
    await other.query('insert into search_parameter (type, code) values ($1, $2)', [
      typeCode('Patient'),
      'late',
    ]);
    const loading = Dictionary.load(appPool, [{ type: 'Patient', code: 'late' }]);
    // Until it waits for the other's row: its snapshot is older than that row then.
    for (let waits = false; !waits; ) {
      const { rows } = await pool.query<{ waits: boolean }>(
        `select exists (select from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock') as waits`,
      );
      waits = rows[0]?.waits === true;
    }
    await other.query('commit');
    other.release();
    expect((await loading).parameter('Patient', 'late')).toBeGreaterThan(0);
  });
});
