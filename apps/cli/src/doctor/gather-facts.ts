import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { createPool } from '@holdfast/postgres';
import type { SyncFacts } from './judge-broker.ts';
import type { KeyFile } from './judge-files.ts';
import type { PostgresFacts } from './judge-postgres.ts';

/** What does not answer by then is away, as far as this look goes. */
const PATIENCE_MS = 5_000;

const SETTINGS = [
  ...['wal_level', 'fsync', 'full_page_writes', 'synchronous_commit', 'max_connections'],
  ...['max_replication_slots', 'max_wal_senders', 'max_slot_wal_keep_size'],
];

/** @throws Error where the database does not answer */
export async function postgresFacts(url: string): Promise<PostgresFacts> {
  const client = createPool({
    url,
    applicationName: 'holdfast doctor',
    max: 1,
    connectTimeoutMs: PATIENCE_MS,
  });
  try {
    const server = await client.query<{ version: string; may: boolean; prepared: number }>(
      `select current_setting('server_version_num') as version,
         (select rolreplication or rolsuper from pg_roles where rolname = current_user) as may,
         (select count(*)::int from pg_prepared_xacts where database = current_database()) as prepared`,
    );
    const settings = await client.query<{ name: string; setting: string }>(
      'select name, setting from pg_settings where name = any($1)',
      [SETTINGS],
    );
    const slots = await client.query<{
      name: string;
      active: boolean;
      status: string | null;
      kept: string;
    }>(
      `select slot_name as name, active, wal_status as status,
         coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0) as kept
       from pg_replication_slots where database = current_database()`,
    );
    const [row] = server.rows;
    return {
      version: Number(row?.version),
      mayReplicate: row?.may === true,
      preparedTransactions: row?.prepared ?? 0,
      settings: Object.fromEntries(settings.rows.map(({ name, setting }) => [name, setting])),
      slots: slots.rows.map(({ name, active, status, kept }) => ({
        ...{ name, active, walStatus: status },
        keptBytes: Number(kept),
      })),
    };
  } finally {
    await client.end();
  }
}

/** @returns null where there is no such directory */
export async function keyFiles(directory: string): Promise<KeyFile[] | null> {
  const names = await readdir(directory).catch(() => null);
  if (names === null) return null;
  return Promise.all(
    names.map(async (name) => ({ name, mode: (await stat(join(directory, name))).mode })),
  );
}

/** Bytes of the file system of a directory that exists. */
export async function diskSpace(directory: string): Promise<{ free: number; total: number }> {
  const { bavail, blocks, bsize } = await statfs(directory);
  return { free: bavail * bsize, total: blocks * bsize };
}

/** Asks a server's monitoring address how it writes; nothing else tells. */
export async function syncFacts(monitor: string): Promise<SyncFacts> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(`${monitor.replace(/\/+$/, '')}/varz`, { signal });
    return { monitor, always: syncsAlways(await answer.json()) };
  } catch {
    return { monitor, always: null };
  }
}

/** From 2.10 on it names an interval; where it syncs every write it says so beside it. */
export function syncsAlways(varz: unknown): boolean | null {
  const { jetstream } = (varz ?? {}) as { jetstream?: { config?: Record<string, unknown> } };
  const config = jetstream?.config ?? {};
  if (config['sync_always'] === true) return true;
  return config['sync_interval'] === undefined ? null : false;
}
