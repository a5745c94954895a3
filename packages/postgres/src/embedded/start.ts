import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { fault } from '../errors.ts';
import { EMBEDDED_PORT_ATTEMPTS, EMBEDDED_STOP_TIMEOUT_MS } from '../limits.ts';
import { runnableBinaries } from './binaries.ts';
import { EMBEDDED_USER, ensureCluster } from './cluster.ts';
import { claim } from './owner.ts';
import { place } from './placement.ts';
import {
  clearOrphan,
  type Postmaster,
  type PostmasterOptions,
  startPostmaster,
} from './postmaster.ts';
import { embeddedSettings, type ServerSettings } from './settings.ts';

export interface EmbeddedOptions {
  /** Made when missing. Holds the cluster, its password (0600), the owner record and the log. */
  readonly dataDirectory: string;
  /** Sentences for a person: what is being done, and where data lies if not where it was asked for. */
  readonly onProgress?: (line: string) => void;
  /** Override `embeddedSettings()`. */
  readonly settings?: ServerSettings;
}

export interface EmbeddedPostgres {
  /** Address of a database as the superuser, with the password: never log it. */
  url(database: string): string;
  /** Makes the database unless it exists and returns its `url`. */
  ensureDatabase(name: string): Promise<string>;
  /** The directory in use, which is not the one asked for where that could not hold it. */
  readonly directory: string;
  readonly port: number;
  /** Of the server, e.g. `18.4`. */
  readonly version: string;
  /** Number of the postmaster's process. */
  readonly pid: number;
  /** Settles when the server has ended: by `stop`, or by itself. */
  readonly ended: Promise<void>;
  /** Starts it again on the same port after it has `ended` by itself. */
  restart(): Promise<void>;
  /** Ends sessions, writes a checkpoint, gives the directory up. Repeatable. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that npm installed: on 127.0.0.1 at a free port, behind a random
 * password, with logical replication. A second start over the same directory finds its data; a
 * postmaster that a killed process left behind is stopped first.
 *
 * @throws Fault `EMBEDDED_IN_USE`, `EMBEDDED_UNSUPPORTED`, `EMBEDDED_VERSION` or
 *   `EMBEDDED_START_FAILED`
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const onProgress = options.onProgress ?? (() => undefined);
  const at = await place(options.dataDirectory, onProgress);
  const release = await claim(at.directory);
  try {
    const settings = { ...embeddedSettings(), ...options.settings };
    const binaries = await runnableBinaries(at.account, at.shelter, onProgress);
    const sync = settings['fsync'] !== 'off';
    const password = await ensureCluster(at, binaries, { sync, onProgress });
    const start = { at: { ...at, cluster: realpathSync(at.cluster) }, binaries, settings };
    const running = await startOnFreePort(start, onProgress);
    const url = (database: string) =>
      `postgres://${EMBEDDED_USER}:${password}@127.0.0.1:${running.port}/${database}`;
    const version = await serverVersion(url('postgres'));
    return handle({ ...running, start, url, version, release, directory: at.directory });
  } catch (error) {
    release();
    throw error;
  }
}

type Start = Omit<PostmasterOptions, 'port'>;

interface Running {
  readonly postmaster: Postmaster;
  readonly port: number;
}

interface Parts extends Running {
  readonly start: Start;
  readonly url: (database: string) => string;
  readonly version: string;
  readonly release: () => void;
  readonly directory: string;
}

function handle(parts: Parts): EmbeddedPostgres {
  let { postmaster } = parts;
  const { port, url, version, directory } = parts;
  return {
    url,
    ensureDatabase: (name) => ensureDatabase(url, name),
    directory,
    port,
    version,
    get pid() {
      return postmaster.pid;
    },
    get ended() {
      return postmaster.ended;
    },
    async restart() {
      postmaster = await startUntilFree({ ...parts.start, port });
    },
    async stop() {
      await postmaster.stop();
      parts.release();
    },
  };
}

async function startOnFreePort(start: Start, onProgress: (line: string) => void): Promise<Running> {
  if (await clearOrphan(start.at.cluster)) {
    onProgress('Stopped the database that an earlier process left running');
  }
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return { postmaster: await startUntilFree({ ...start, port }), port };
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt >= EMBEDDED_PORT_ATTEMPTS) throw error;
    }
  }
}

class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

/** Waits for the last sessions of a killed postmaster to let go of the cluster's shared memory. */
async function startUntilFree(options: PostmasterOptions): Promise<Postmaster> {
  const deadline = performance.now() + EMBEDDED_STOP_TIMEOUT_MS;
  for (;;) {
    const outcome = await startPostmaster(options);
    if (typeof outcome === 'object') return outcome;
    if (outcome === 'port-taken') throw new PortTaken(`port ${options.port} is taken`);
    if (performance.now() > deadline) {
      throw fault('EMBEDDED_START_FAILED', {
        diagnostics: `another server holds ${options.at.cluster}`,
      });
    }
    await pause(100);
    await clearOrphan(options.at.cluster);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function serverVersion(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version ?? '';
  });
}

async function ensureDatabase(url: (database: string) => string, name: string): Promise<string> {
  await withClient(url('postgres'), async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  });
  return url(name);
}

async function withClient<Value>(
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
