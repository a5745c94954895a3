import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../main.ts', import.meta.url));
const FLAGS = ['--conditions=@holdfast/source', '--import', 'tsx'];
const PATIENTS = 1_700;

let database: TestDatabase;
const keys = mkdtempSync(join(tmpdir(), 'holdfast-populate-keys-'));
beforeAll(async () => {
  database = await testDatabase({ migrations: [] });
});
afterAll(async () => {
  await database.drop();
  rmSync(keys, { recursive: true, force: true });
});

function start(patients = PATIENTS) {
  const args = ['--patients', String(patients), '--into-store', '--data', keys, '--json'];
  const env = { PATH: process.env['PATH'], HOME: tmpdir(), DATABASE_URL: database.url };
  const child = spawn(process.execPath, [...FLAGS, PROGRAM, 'populate', ...args], { env });
  const heard = { said: '', answered: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (heard.answered += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (heard.said += text));
  return { child, heard, closed: once(child, 'close') };
}

const count = async (text: string): Promise<number> => {
  const { rows } = await database.pool.query<{ n: string }>(`select count(*) as n from ${text}`);
  return Number(rows[0]?.n);
};

/** Once a first batch is there for good. */
async function untilFirstBatch(): Promise<void> {
  for (;;) {
    const { rows } = await database.pool.query<{ there: boolean }>(
      "select to_regclass('bulk_load_batch') is not null as there",
    );
    if (rows[0]?.there === true && (await count('bulk_load_batch')) > 0) return;
  }
}

describe('populate into the store', () => {
  it('goes on after kill -9 and ends with the whole population, open to the application', async () => {
    const first = start();
    await untilFirstBatch();
    first.child.kill('SIGKILL');
    await first.closed;

    // Its processes end with it; until they have, the load is still theirs.
    let again = start();
    let [code] = (await again.closed) as [number];
    while (code !== 0 && again.heard.said.includes('STORE_BULK_IN_USE')) {
      again = start();
      [code] = (await again.closed) as [number];
    }
    expect(again.heard.said).toContain('gathering statistics');
    expect(code).toBe(0);
    const summary = JSON.parse(again.heard.answered) as Record<string, number>;
    expect(summary['kept']).toBeGreaterThanOrEqual(500);
    expect(await count('patient_state')).toBe(PATIENTS);
    expect(await count('resource where type = 103')).toBe(PATIENTS);
    expect(await count("audit where action = 'E'")).toBe(1);
    expect(await count("pg_class where relname like 'bulk_load%'")).toBe(0);
    const { rows } = await database.appPool.query<{ n: string }>(
      'select count(*) as n from resource',
    );
    expect(Number(rows[0]?.n)).toBe(await count('resource'));

    const refused = start();
    expect(await refused.closed).toEqual([1, null]);
    expect(refused.heard.said).toContain('STORE_BULK_NOT_EMPTY');
  }, 120_000);
});
