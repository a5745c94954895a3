import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventsMigrations } from '@holdfast/events';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('main.ts', import.meta.url));

describe('the example', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [eventsMigrations] });
  });
  afterAll(() => db.drop());

  const append = (seq: number, type: string) =>
    db.pool.query(
      `insert into event (tenant, stream, seq, event_id, interaction, resource_type, resource_id,
         version, patient_id, confidentiality, sensitivity, actor, request_id)
       values (1, 7, $1::bigint, gen_random_uuid(), 'create', $2, 'r' || $1::text, 1, 'ada', 2, 0, 'a', 'r')`,
      [seq, type],
    );
  const taken = async () =>
    (await db.pool.query('select patient, times from example.taken').catch(() => ({ rows: [] })))
      .rows;

  it('counts each event once, over a kill in between', async () => {
    const start = () =>
      spawn(process.execPath, ['--conditions=@holdfast/source', '--import', 'tsx', PROGRAM], {
        env: { PATH: process.env['PATH'], DATABASE_URL: db.url },
        stdio: 'ignore',
      });
    await append(1, 'QuestionnaireResponse');
    await append(2, 'Observation');
    const first = start();
    await expect.poll(taken, { timeout: 60_000 }).toEqual([{ patient: 'ada', times: 1 }]);
    first.kill('SIGKILL');
    await once(first, 'exit');
    await append(3, 'QuestionnaireResponse');
    const second = start();
    await expect.poll(taken, { timeout: 60_000 }).toEqual([{ patient: 'ada', times: 2 }]);
    second.kill('SIGINT');
    expect(await once(second, 'exit')).toEqual([0, null]);
  }, 150_000);
});
