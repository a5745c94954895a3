import { createHash, randomUUID } from 'node:crypto';
import {
  createPool,
  type Migration,
  type MigrationSet,
  migrate,
  readMigrations,
} from '@holdfast/postgres';
import pg from 'pg';
import { inject } from 'vitest';
import { TEST_SERVER } from './provided-context.ts';

/** A busy machine must not look like an absent database: many tests share few processors. */
const PATIENCE_MS = 60_000;

export interface TestDatabaseOptions {
  /** Applied in this order, `postgres` first of all by itself. */
  readonly migrations: readonly MigrationSet[];
  /** What `appPool` has as `holdfast.tenant`; 1 unless told otherwise. */
  readonly tenant?: number;
}

export interface TestDatabase {
  /** As the owner, who is past the tenant wall. */
  readonly pool: pg.Pool;
  /** As role `holdfast_app` with the tenant set, as the platform runs. */
  readonly appPool: pg.Pool;
  /** The owner's address, for pools and replication connections of a test's own. */
  readonly url: string;
  /**
   * Removes the database.
   *
   * @throws Error if a connection or a replication slot was left open: that is a leak in the test
   *   or, worse, in what it tests
   */
  drop(): Promise<void>;
}

/** Serialises the building of templates: roles belong to the whole cluster. */
const TEMPLATE_LOCK = 7_204_511;

/** How long a closed connection's backend may take to leave `pg_stat_activity`. */
const LEAVE_MS = 5_000;

/**
 * A database of its own for one test file, cloned from a template that is migrated once a run.
 * Call it in `beforeAll` and `drop` it in `afterAll`.
 */
export async function testDatabase(options: TestDatabaseOptions): Promise<TestDatabase> {
  const server = await serverUrl();
  const migrations = await readMigrations(options.migrations);
  const template = await ensureTemplate(server, migrations, options.migrations);
  const name = `t_${randomUUID().slice(0, 13).replace('-', '')}`;
  await onServer(server, (client) => client.query(`create database ${name} template ${template}`));
  const url = databaseUrl(server, name);
  const pool = createPool({
    url,
    applicationName: `${name} owner`,
    connectTimeoutMs: PATIENCE_MS,
  });
  const appPool = createPool({
    url,
    role: 'holdfast_app',
    tenant: options.tenant ?? 1,
    applicationName: `${name} app`,
    connectTimeoutMs: PATIENCE_MS,
  });
  const drop = async () => {
    const left = [pool, appPool].map((each) => each.totalCount - each.idleCount);
    if (left.some((count) => count > 0)) {
      throw new Error(`leak: ${left.join(' and ')} clients of pool and appPool are not released`);
    }
    await Promise.all([pool.end(), appPool.end()]);
    await onServer(server, (client) => dropDatabase(client, name));
  };
  return { pool, appPool, url, drop };
}

async function serverUrl(): Promise<string> {
  const answer = await fetch(inject(TEST_SERVER));
  const text = await answer.text();
  if (!answer.ok) throw new Error(`the test run has no PostgreSQL: ${text}`);
  return text;
}

async function ensureTemplate(
  server: string,
  migrations: readonly Migration[],
  sets: readonly MigrationSet[],
): Promise<string> {
  const hash = createHash('sha256');
  for (const file of migrations) hash.update(`${file.package}/${file.name} ${file.sha256}\n`);
  const template = `template_${hash.digest('hex').slice(0, 16)}`;
  await onServer(server, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [
      template,
    ]);
    if (rowCount === 1) return;
    // Under its final name only when it is complete; the lock ends with the session.
    await client.query(`drop database if exists ${template}_new`);
    await client.query(`create database ${template}_new`);
    await onServer(databaseUrl(server, `${template}_new`), (owner) => migrate(owner, sets));
    await client.query(`alter database ${template}_new rename to ${template}`);
  });
  return template;
}

async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  const left = await leftovers(client, name);
  // The slot goes first: a database with one cannot be dropped, not even by force.
  await client.query(
    `select pg_terminate_backend(active_pid) from pg_replication_slots
      where database = $1 and active`,
    [name],
  );
  await client.query(
    `select pg_drop_replication_slot(slot_name) from pg_replication_slots
      where database = $1 and not active`,
    [name],
  );
  await client.query(`drop database if exists ${name} with (force)`);
  if (left.length > 0) throw new Error(`leak: open after the test: ${left.join(', ')}`);
}

/** Connections that are still there after a fair wait. */
async function leftovers(client: pg.Client, name: string): Promise<string[]> {
  const deadline = performance.now() + LEAVE_MS;
  for (;;) {
    const { rows } = await client.query<{ what: string }>(
      `select application_name || ' (' || coalesce(state, backend_type) || ')' as what
         from pg_stat_activity where datname = $1 and backend_type in ('client backend', 'walsender')`,
      [name],
    );
    if (rows.length === 0 || performance.now() > deadline) return rows.map((row) => row.what);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function onServer<Value>(
  url: string,
  work: (client: pg.Client) => Promise<Value>,
): Promise<Value> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
