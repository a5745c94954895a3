import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TenantId } from '@holdfast/kernel';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerMigrations } from '../migrations.ts';
import { logWorld } from '../testing/log-world.ts';
import { readEntries } from './published-tiles.ts';
import { readLatestCheckpoint } from './stored-log.ts';

const tenant = 1 as TenantId;
const SOURCE = fileURLToPath(new URL('../../verify-go', import.meta.url));
const GO = ['/usr/local/go/bin/go', '/usr/lib/go/bin/go', '/usr/bin/go'].find(existsSync);
const directory = mkdtempSync(join(tmpdir(), 'go-verifier-'));
const program = join(directory, 'verify');

/** Go and its module have to be there; without them the claim is not looked at, except in CI. */
const built =
  GO !== undefined && spawnSync(GO, ['build', '-o', program], { cwd: SOURCE }).status === 0;

describe.skipIf(!built && !process.env['CI'])('a log of ours, checked by Go’s own software', () => {
  let db: TestDatabase;
  let key: string;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [ledgerMigrations] });
    const { record, sequencer, end, keys } = logWorld(db, tenant);
    key = keys.verifierKeyOf(tenant);
    await record(300);
    await sequencer().start();
    await end();
    mkdirSync(join(directory, 'entries'));
    const leaves = await readEntries(db.pool, { tenant, from: 0, to: 300 });
    leaves.forEach((leaf, position) => {
      writeFileSync(join(directory, 'entries', String(position)), leaf);
    });
    const checkpoint = await readLatestCheckpoint(db.pool, tenant);
    writeFileSync(join(directory, 'checkpoint'), checkpoint?.note ?? '');
  });
  afterAll(async () => {
    await db.drop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('verifies: signature, root, and the place of every record', () => {
    expect(execFileSync(program, [key, directory], { encoding: 'utf8' })).toBe('verified\n');
  });

  it('does not verify with one byte of one record changed', () => {
    writeFileSync(join(directory, 'entries', '137'), ' ', { flag: 'a' });
    const { status, stderr } = spawnSync(program, [key, directory], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('the root of the leaves');
  });
});
