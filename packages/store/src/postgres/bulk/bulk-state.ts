import { inTransaction, type Queryable } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { BULK_TABLES } from '../../bulk/bulk-rows.ts';
import { storeFault } from '../../errors.ts';

/** Held for as long as the load's process lives: two loads at once would take each other's keys. */
const ONE_LOAD = 1_751_544_693;

/** What the projections and the labels along Encounters look rows up by while the load goes on. */
const KEPT_INDEXES = ['resource_patient', 'reference_value'];

/** What the connections that copy call themselves: those of a load that was killed may still be there. */
export const BULK_APPLICATION = 'holdfast bulk load';

/** A load under way, as the store itself remembers it. */
export interface BulkLoad {
  /** Storage keys from here on are its own. */
  readonly firstKey: number;
  /** Batches that are there already: an earlier process was stopped. */
  readonly done: ReadonlySet<number>;
}

/**
 * Makes the store ready: nobody else may use it, indexes that nothing needs meanwhile are dropped, and
 * what was dropped is written down. Called again after a crash it goes on.
 * @param plan what is loaded, as text: another plan does not go on with this one
 * @throws Fault STORE_BULK_IN_USE, STORE_BULK_NOT_EMPTY, STORE_BULK_UNFINISHED
 */
export async function beginBulkLoad(pool: Pool, plan: string): Promise<BulkLoad> {
  return inTransaction(pool, async (tx) => {
    await refuseCompany(tx);
    const { rows: there } = await tx.query<{ there: boolean }>(
      "select to_regclass('bulk_load') is not null as there",
    );
    if (there[0]?.there !== true) await prepare(tx, plan);
    const { rows } = await tx.query<{ plan: string; first_key: string; done: number[] }>(
      `select plan, first_key, array(select batch from bulk_load_batch) as done from bulk_load`,
    );
    const [row] = rows;
    if (row?.plan !== plan)
      throw storeFault('STORE_BULK_UNFINISHED', { diagnostics: row?.plan ?? '' });
    return { firstKey: Number(row.first_key), done: new Set(row.done) };
  });
}

async function refuseCompany(tx: Queryable): Promise<void> {
  const { rows } = await tx.query<{ used: boolean }>(
    `select exists (select from pg_stat_activity where datname = current_database()
      and application_name = any($1)) as used`,
    [['holdfast requests', 'holdfast workers', BULK_APPLICATION]],
  );
  if (rows[0]?.used === true) throw storeFault('STORE_BULK_IN_USE');
}

async function prepare(tx: Queryable, plan: string): Promise<void> {
  const { rows } = await tx.query<{ used: boolean }>(
    'select exists (select from resource) as used',
  );
  if (rows[0]?.used === true) throw storeFault('STORE_BULK_NOT_EMPTY');
  await tx.query(
    'create table bulk_load (plan text not null, first_key bigint not null, indexes jsonb not null)',
  );
  await tx.query('create table bulk_load_batch (batch integer primary key)');
  await tx.query(
    `insert into bulk_load (plan, first_key, indexes)
     select $1, nextval(pg_get_serial_sequence('resource', 'key')), coalesce(jsonb_object_agg(indexname, indexdef), '{}')
     from pg_indexes i join pg_index x on x.indexrelid = format('%I.%I', i.schemaname, i.indexname)::regclass
     where i.schemaname = 'holdfast' and i.tablename = any($2) and not x.indisunique and i.indexname <> all($3)`,
    [plan, BULK_TABLES, KEPT_INDEXES],
  );
  // The application's role is shut out until the load is whole: half a store answers nobody.
  await tx.query('revoke usage on schema holdfast from holdfast_app');
  await each(tx, (index) => `drop index if exists holdfast.${index}`);
  // COPY does not go through row-level security; the owner is not held to it meanwhile, others are.
  for (const table of BULK_TABLES)
    await tx.query(`alter table ${table} no force row level security`);
}

async function each(tx: Queryable, statement: (index: string) => string): Promise<void> {
  const { rows } = await tx.query<{ name: string }>(
    'select quote_ident(jsonb_object_keys(indexes)) as name from bulk_load',
  );
  for (const { name } of rows) await tx.query(statement(name));
}

/** Indexes that are still to be built, the largest tables first. */
export async function missingIndexes(db: Queryable): Promise<readonly string[]> {
  const { rows } = await db.query<{ definition: string }>(
    `select d.value as definition from bulk_load, jsonb_each_text(indexes) d
     where to_regclass(format('holdfast.%I', d.key)) is null
     order by pg_relation_size((regexp_match(d.value, ' ON (\\S+) '))[1]::regclass) desc, d.key`,
  );
  return rows.map(({ definition }) => definition);
}

/**
 * Opens the store to everybody, once all batches are there and all indexes are built. From here on
 * nothing tells that it was filled by a load but the record that `record` writes.
 * @param lastKey the highest storage key that was given out
 */
export async function finishBulkLoad(
  pool: Pool,
  lastKey: number,
  record: (tx: Queryable) => Promise<void>,
): Promise<void> {
  await inTransaction(pool, async (tx) => {
    // What the connections of a load do not wait for: from here on nothing may be lost.
    await tx.query('set local synchronous_commit = on');
    for (const table of BULK_TABLES)
      await tx.query(`alter table ${table} force row level security`);
    await tx.query("select setval(pg_get_serial_sequence('resource', 'key'), $1)", [lastKey]);
    await record(tx);
    await tx.query('drop table bulk_load, bulk_load_batch');
    await tx.query('grant usage on schema holdfast to holdfast_app');
  });
}

/**
 * Held by its connection until that ends, however it does.
 * @throws Fault STORE_BULK_IN_USE where another process has it
 */
export async function takeBulkLock(pool: Pool): Promise<{ release(): void }> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ mine: boolean }>(
      'select pg_try_advisory_lock($1) as mine',
      [ONE_LOAD],
    );
    if (rows[0]?.mine === true) return { release: () => client.release(true) };
  } catch (error) {
    client.release(true);
    throw error;
  }
  client.release();
  throw storeFault('STORE_BULK_IN_USE');
}
