import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from './migrate.ts';
import type { MigrationSet } from './migrations.ts';

describe('migrate', () => {
  let db: TestDatabase;
  let directory: string;
  let set: MigrationSet;
  const write = (name: string, sql: string) => writeFileSync(join(directory, name), sql);
  const exists = async (table: string) => {
    const { rows } = await db.pool.query<{ found: string | null }>(
      'select to_regclass($1) as found',
      [`holdfast.${table}`],
    );
    return rows[0]?.found !== null;
  };

  beforeAll(async () => {
    db = await testDatabase({ migrations: [] });
  });
  afterAll(() => db.drop());
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-migrate-'));
    set = { package: `demo_${directory.slice(-6)}`, directory: pathToFileURL(`${directory}/`) };
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('applies each file once and says which', async () => {
    write('0001_one.sql', 'create table one (id integer);');
    expect((await migrate(db.pool, [set])).map(({ name }) => name)).toEqual(['0001_one.sql']);
    expect(await migrate(db.pool, [set])).toEqual([]);
    expect(await exists('one')).toBe(true);
  });

  it('lets two starts at the same moment apply each file once', async () => {
    write('0001_racy.sql', 'create table racy (id integer); select pg_sleep(0.05);');
    const applied = await Promise.all([1, 2, 3].map(() => migrate(db.pool, [set])));
    expect(applied.flat()).toHaveLength(1);
  });

  it('rolls a failing file back whole, names it and keeps the files before it', async () => {
    write('0001_good.sql', 'create table good (id integer);');
    write('0002_bad.sql', 'create table half (id integer); select nonsense;');
    await expect(migrate(db.pool, [set])).rejects.toThrow(
      /MIGRATION_FAILED: demo_\w+\/migrations\/0002_bad\.sql: column "nonsense" does not exist/,
    );
    expect(await exists('half')).toBe(false);
    expect(await exists('good')).toBe(true);
    write('0002_bad.sql', 'create table half (id integer);');
    expect(await migrate(db.pool, [set])).toHaveLength(1);
  });

  it('stops before anything else when an applied file was changed', async () => {
    write('0001_kept.sql', 'create table kept (id integer);');
    await migrate(db.pool, [set]);
    write('0001_kept.sql', 'create table kept (id bigint);');
    write('0002_next.sql', 'create table next (id integer);');
    await expect(migrate(db.pool, [set])).rejects.toThrow('0001_kept.sql');
    expect(await exists('next')).toBe(false);
  });
});
