import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type Migration, pendingMigrations, readMigrations } from './migrate.ts';

const file = (number: number, sha256 = 'a'): Migration => ({
  package: 'demo',
  number,
  name: `000${number}_x.sql`,
  sql: '',
  sha256,
});

describe('pendingMigrations', () => {
  it('leaves out what is applied and keeps the order', () => {
    expect(pendingMigrations([file(1), file(2), file(3)], [file(2)])).toEqual([file(1), file(3)]);
  });

  it('names the file that was changed after it was applied', () => {
    expect(() => pendingMigrations([file(1, 'new')], [file(1, 'old')])).toThrow(
      'MIGRATION_CHANGED: demo/migrations/0001_x.sql',
    );
  });

  it('refuses a database that is newer than the program', () => {
    expect(() => pendingMigrations([file(1)], [file(1), file(2)])).toThrow(
      'MIGRATION_UNKNOWN: demo/migrations/0002_x.sql',
    );
  });

  it('ignores packages it was not asked about', () => {
    expect(pendingMigrations([file(1)], [{ ...file(9), package: 'other' }])).toEqual([file(1)]);
  });
});

describe('readMigrations', () => {
  const directories: string[] = [];
  afterEach(() => {
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
  });
  const setOf = (names: string[]) => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-migrations-'));
    directories.push(directory);
    for (const name of names) writeFileSync(join(directory, name), 'select 1;');
    return { package: 'demo', directory: pathToFileURL(`${directory}/`) };
  };

  it('puts the postgres set first and sorts a set by number', async () => {
    const files = await readMigrations([setOf(['0002_b.sql', '0001_a.sql'])]);
    expect(files[0]?.package).toBe('postgres');
    expect(files.filter(({ package: from }) => from === 'demo').map(({ name }) => name)).toEqual([
      '0001_a.sql',
      '0002_b.sql',
    ]);
  });

  it.each([[['1_a.sql']], [['0001_a.sql', '0001_b.sql']], [['0001-a.sql']]])(
    'refuses the names %j',
    async (names) => {
      await expect(readMigrations([setOf(names)])).rejects.toThrow('MIGRATION_MISNAMED');
    },
  );
});
