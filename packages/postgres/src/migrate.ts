import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { fault } from './errors.ts';
import { type MigrationSet, postgresMigrations } from './migrations.ts';

/** One file of a set. */
export interface Migration {
  readonly package: string;
  readonly number: number;
  /** The file's name. */
  readonly name: string;
  readonly sql: string;
  /** Of the file, in hex: an applied file never changes. */
  readonly sha256: string;
}

interface AppliedRow {
  package: string;
  number: number;
  name: string;
  sha256: string;
}

const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;

/** Key of the session lock that makes concurrent starts migrate one after the other. */
const MIGRATION_LOCK = 4_831_057_733;

/**
 * Brings schema `holdfast` up to date: the sets in the order given, `postgres` always first, each
 * file in a transaction of its own with the schema as search path.
 *
 * @param connection as the owner: the role that creates, and so owns, every table
 * @returns the migrations applied by this call, in order; empty when there was nothing to do
 * @throws Fault `MIGRATION_CHANGED` naming the file that differs from what was applied,
 *   `MIGRATION_UNKNOWN` where the database is newer, `MIGRATION_FAILED` with the SQL error as cause
 */
export async function migrate(
  connection: pg.Pool | pg.ClientBase,
  sets: readonly MigrationSet[],
): Promise<Migration[]> {
  const files = await readMigrations(sets);
  if (!(connection instanceof pg.Pool)) return migrateOn(connection, files);
  const client = await connection.connect();
  try {
    return await migrateOn(client, files);
  } finally {
    client.release();
  }
}

/** Reads the files of the sets in the order in which `migrate` applies them. */
export async function readMigrations(sets: readonly MigrationSet[]): Promise<Migration[]> {
  const rest = sets.filter((set) => set.package !== postgresMigrations.package);
  const files = await Promise.all([postgresMigrations, ...rest].map(readSet));
  return files.flat();
}

async function readSet(set: MigrationSet): Promise<Migration[]> {
  const names = (await readdir(set.directory)).filter((name) => name.endsWith('.sql')).sort();
  const seen = new Set<string>();
  return Promise.all(
    names.map(async (name) => {
      const number = FILE_NAME.exec(name)?.[1];
      if (number === undefined || seen.has(number)) {
        throw fault('MIGRATION_MISNAMED', { diagnostics: `${set.package}: ${name}` });
      }
      seen.add(number);
      const sql = await readFile(new URL(name, set.directory), 'utf8');
      const sha256 = createHash('sha256').update(sql).digest('hex');
      return { package: set.package, number: Number(number), name, sql, sha256 };
    }),
  );
}

async function migrateOn(client: pg.ClientBase, files: Migration[]): Promise<Migration[]> {
  await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
  try {
    await client.query(`create schema if not exists holdfast;
      create table if not exists holdfast.schema_migration (
        package text not null, number integer not null, name text not null, sha256 text not null,
        applied_at timestamptz not null default clock_timestamp(), primary key (package, number))`);
    const { rows } = await client.query<AppliedRow>(
      'select package, number, name, sha256 from holdfast.schema_migration',
    );
    const pending = pendingMigrations(files, rows);
    for (const file of pending) await apply(client, file);
    return pending;
  } finally {
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  }
}

/** What is left to apply. Pure; throws where the database and the files contradict each other. */
export function pendingMigrations(
  files: readonly Migration[],
  applied: readonly AppliedRow[],
): Migration[] {
  const key = (row: { package: string; number: number }) => `${row.package}/${row.number}`;
  const known = new Map(files.map((file) => [key(file), file]));
  const packages = new Set(files.map((file) => file.package));
  const done = new Set<string>();
  for (const row of applied) {
    if (!packages.has(row.package)) continue;
    const file = known.get(key(row));
    const where = `${row.package}/migrations/${row.name}`;
    if (file === undefined) throw fault('MIGRATION_UNKNOWN', { diagnostics: where });
    if (file.sha256 !== row.sha256) throw fault('MIGRATION_CHANGED', { diagnostics: where });
    done.add(key(row));
  }
  return files.filter((file) => !done.has(key(file)));
}

async function apply(client: pg.ClientBase, file: Migration): Promise<void> {
  try {
    await client.query('begin');
    await client.query('set local search_path = holdfast, public');
    await client.query(file.sql);
    await client.query(
      'insert into holdfast.schema_migration (package, number, name, sha256) values ($1, $2, $3, $4)',
      [file.package, file.number, file.name, file.sha256],
    );
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback');
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fault('MIGRATION_FAILED', {
      diagnostics: `${file.package}/migrations/${file.name}: ${reason}`,
      cause,
    });
  }
}
