import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../errors.ts';
import { give, type Placement } from './placement.ts';

/** The superuser of an embedded cluster, who owns the platform's schema. */
export const EMBEDDED_USER = 'holdfast';

/**
 * Makes the cluster where there is none and returns the password of `EMBEDDED_USER`. A cluster
 * appears under its name only when it is whole, so a crash in here leaves nothing half-made.
 *
 * @throws Fault `EMBEDDED_VERSION` where another major version made the cluster
 */
export async function ensureCluster(
  at: Placement,
  binaries: string,
  options: { sync: boolean; onProgress: (line: string) => void },
): Promise<string> {
  const passwordFile = join(at.directory, 'password');
  if (existsSync(join(at.cluster, 'PG_VERSION'))) {
    checkMajor(at, binaries);
    return (await readFile(passwordFile, 'utf8')).trim();
  }
  options.onProgress(`Creating the database in ${at.cluster}`);
  const password = randomBytes(24).toString('base64url');
  const partial = `${at.cluster}.new`;
  const handover = join(at.directory, 'password.new');
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { mode: 0o700 });
  await give(at.account, partial);
  await rm(handover, { force: true });
  await writeFile(handover, `${password}\n`, { mode: 0o600 });
  await give(at.account, handover);
  await initdb(at, binaries, { partial, handover, sync: options.sync });
  await rm(handover);
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await rename(partial, at.cluster);
  return password;
}

async function initdb(
  at: Placement,
  binaries: string,
  paths: { partial: string; handover: string; sync: boolean },
): Promise<void> {
  const args = [
    `--pgdata=${paths.partial}`,
    `--username=${EMBEDDED_USER}`,
    `--pwfile=${paths.handover}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Sorts by code point: the same order on every operating system and after every upgrade.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(paths.sync ? [] : ['--no-sync']),
  ];
  const child = spawn(join(binaries, 'bin', 'initdb'), args, {
    cwd: '/',
    env: serverEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(at.account && { uid: at.account.uid, gid: at.account.gid }),
  });
  const said: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const code = await new Promise<number | string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (exit, signal) => resolve(exit ?? signal ?? 'unknown'));
  });
  if (code !== 0) {
    throw fault('EMBEDDED_START_FAILED', {
      diagnostics: `initdb ended with ${code}: ${said.join('').trim().slice(-600)}`,
    });
  }
}

function checkMajor(at: Placement, binaries: string): void {
  const found = readFileSync(join(at.cluster, 'PG_VERSION'), 'utf8').trim();
  const { stdout } = spawnSync(join(binaries, 'bin', 'postgres'), ['--version'], {
    encoding: 'utf8',
  });
  const wanted = /(\d+)\.\d+\s*$/.exec(stdout)?.[1];
  if (wanted !== found) {
    throw fault('EMBEDDED_VERSION', { diagnostics: `data of ${found}, program of ${wanted}` });
  }
}

/** Nothing of ours leaks in: PGDATA, PGPORT or LC_ALL of the caller would change the server. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}
