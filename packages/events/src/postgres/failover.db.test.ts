// Goal: after a fail-over to a standby, which has no slot of ours, consumers go on where they stood.
// Method: a real standby that follows by streaming; the primary is killed and the standby promoted
// behind the address that the runtime knows.
import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createPool,
  type EmbeddedPostgres,
  migrate,
  startEmbeddedPostgres,
} from '@holdfast/postgres';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventsMigrations } from '../migrations.ts';
import {
  append,
  createSeen,
  Noticeboard,
  recorder,
  type StageDatabase,
  seen,
  startStage,
} from '../testing/consumer-stage.ts';

/** Waits as long as a busy machine may take. */
const eventually = <Value>(value: () => Value) => expect.poll(value, { timeout: 30_000 });

let folder: string;
let primary: EmbeddedPostgres;
let standby: EmbeddedPostgres | undefined;
let address: Server;
let leader: EmbeddedPostgres;
let db: StageDatabase & { readonly pool: pg.Pool };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-failover-'));
  // Root's server runs as another account.
  await chmod(folder, 0o711);
  primary = await startEmbeddedPostgres({
    dataDirectory: join(folder, 'primary'),
    settings: { fsync: 'off' },
  });
  leader = primary;
  address = createServer((client) => {
    const server = connect(leader.port, '127.0.0.1');
    client.pipe(server).pipe(client);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => address.listen(0, '127.0.0.1', resolve));
  const url = new URL(await primary.ensureDatabase('holdfast'));
  url.port = String((address.address() as AddressInfo).port);
  db = { url: url.href, pool: createPool({ url: url.href, applicationName: 'failover', max: 4 }) };
  await migrate(db.pool, [eventsMigrations]);
  await createSeen(db);
}, 120_000);

afterAll(async () => {
  await db.pool.end();
  address.close();
  await standby?.stop();
  await primary.stop();
  for (const each of [standby?.directory, primary.directory, folder]) {
    if (each !== undefined) await rm(each, { recursive: true, force: true });
  }
}, 60_000);

/** A copy of the running primary that follows it. */
async function followPrimary(): Promise<EmbeddedPostgres> {
  const dataDirectory = join(folder, 'standby');
  const from = new pg.Client({ connectionString: primary.url('postgres') });
  await from.connect();
  await from.query(`select pg_backup_start('standby', true)`);
  execFileSync('mkdir', ['-p', '-m', '711', dataDirectory]);
  for (const part of ['cluster', 'password']) {
    execFileSync('cp', ['-a', join(primary.directory, part), dataDirectory]);
  }
  const { rows } = await from.query<{ label: string }>(
    'select labelfile as label from pg_backup_stop(false)',
  );
  await from.end();
  const cluster = join(dataDirectory, 'cluster');
  for (const left of ['postmaster.pid', 'pg_replslot']) {
    await rm(join(cluster, left), { recursive: true, force: true });
  }
  const { uid, gid } = await stat(cluster);
  execFileSync('mkdir', ['-m', '700', join(cluster, 'pg_replslot')]);
  await writeFile(join(cluster, 'backup_label'), rows[0]?.label ?? '');
  await writeFile(join(cluster, 'standby.signal'), '');
  for (const name of ['pg_replslot', 'backup_label', 'standby.signal']) {
    await chown(join(cluster, name), uid, gid);
  }
  const { username, password } = new URL(primary.url('postgres'));
  const where = `host=127.0.0.1 port=${primary.port} user=${username} password=${password}`;
  return startEmbeddedPostgres({
    dataDirectory,
    settings: { fsync: 'off', primary_conninfo: where },
  });
}

it('EVE-7 EVE-8 goes on after a fail-over to a standby without a slot, and loses and repeats nothing', async () => {
  const board = new Noticeboard();
  const stage = await startStage(db, [recorder('failed-over', board)]);
  await stage.modes.has('logical');
  await append(db, { stream: 1 });
  await board.has('1/1');
  standby = await followPrimary();
  const follower = new pg.Client({ connectionString: standby.url('holdfast') });
  await follower.connect();

  // Handled on the primary after the copy was made, and written while no consumer may read it yet.
  await append(db, { stream: 1 });
  await board.has('1/2');
  const long = new pg.Client({ connectionString: primary.url('postgres') });
  long.on('error', () => undefined);
  await long.connect();
  await long.query('begin');
  await long.query('select pg_current_xact_id()');
  await append(db, { stream: 1 });
  await append(db, { stream: 2 });
  const { rows } = await db.pool.query<{ at: string }>('select pg_current_wal_lsn() as at');
  await eventually(async () => {
    const { rows: replayed } = await follower.query<{ there: boolean }>(
      'select pg_last_wal_replay_lsn() >= $1 as there',
      [rows[0]?.at],
    );
    return replayed[0]?.there;
  }).toBe(true);
  expect(board.notes).toEqual(['1/1', '1/2']);

  const gone = primary.ended;
  process.kill(primary.pid, 'SIGKILL');
  await gone;
  leader = standby;
  await follower.query('select pg_promote()');
  await follower.end();
  await board.has('1/3', '2/1');
  await stage.modes.until(() => stage.source.status().streams > 1);
  await eventually(() => append(db, { stream: 1 }).catch(() => null)).toBe(4);
  await board.has('1/4');
  await stage.stop();
  const all = await seen(db, 'failed-over');
  expect(all.filter((each) => each.startsWith('1/'))).toEqual(['1/1', '1/2', '1/3', '1/4']);
  expect(all.toSorted((a, b) => a.localeCompare(b))).toEqual(['1/1', '1/2', '1/3', '1/4', '2/1']);
}, 180_000);
