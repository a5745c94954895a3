import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from './finding.ts';

const PROGRAM = fileURLToPath(new URL('../main.ts', import.meta.url));
const FLAGS = ['--conditions=@holdfast/source', '--import', 'tsx'];

describe('holdfast doctor', () => {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-doctor-'));
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [] });
    mkdirSync(join(data, 'keys'));
    writeFileSync(join(data, 'keys', 'log.key'), 'k', { mode: 0o644 });
  });
  afterAll(async () => {
    rmSync(data, { recursive: true });
    await db.drop();
  });

  const examine = async (environment: Record<string, string>) => {
    const args = [...FLAGS, PROGRAM, 'doctor', '--json', '--data', data];
    const env = { PATH: process.env['PATH'], DATABASE_URL: db.url, ...environment };
    const child = spawn(process.execPath, args, { env });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [code] = (await once(child, 'close')) as [number];
    const findings = said
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Finding);
    return { code, findings };
  };

  it('says what to mend, each with how, and ends with 6 where something must be', async () => {
    const { code, findings } = await examine({
      HOLDFAST_NATS_URL: 'nats://127.0.0.1:1',
      NODE_ENV: 'production',
    });
    expect(code).toBe(6);
    const musts = findings.filter(({ gravity }) => gravity === 'must');
    expect(musts).toContainEqual(
      expect.objectContaining({ area: 'keys', mend: expect.stringContaining('chmod') as string }),
    );
    expect(musts.map(({ area }) => area)).toContain('broker');
    expect(findings.find(({ found }) => found.startsWith('PostgreSQL 1'))?.gravity).toBe('well');
    expect(findings.filter(({ gravity, mend }) => gravity !== 'well' && mend === null)).toEqual([]);
  });

  it('says where there is no database', async () => {
    const { code, findings } = await examine({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x' });
    expect(code).toBe(6);
    expect(findings.find(({ area }) => area === 'postgresql')?.found).toContain('no database');
  });
});
