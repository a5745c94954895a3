import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fault } from '../errors.ts';
import {
  EMBEDDED_LOG_BYTES_MAX,
  EMBEDDED_START_TIMEOUT_MS,
  EMBEDDED_STOP_TIMEOUT_MS,
} from '../limits.ts';
import { serverEnvironment } from './cluster.ts';
import type { Placement } from './placement.ts';
import { isAlive, isPostmasterOf } from './process-table.ts';
import type { ServerSettings } from './settings.ts';

/** What to start: the programs, and where and how. */
export interface PostmasterOptions {
  readonly at: Placement;
  readonly binaries: string;
  readonly port: number;
  readonly settings: ServerSettings;
}

export interface Postmaster {
  readonly pid: number;
  /** Settles when the process has ended, however it did. */
  readonly ended: Promise<void>;
  /** Ends sessions, writes a checkpoint, ends. */
  stop(): Promise<void>;
}

/** Says how the start ended; `port-taken` and `still-held` are worth another attempt. */
export type StartOutcome = Postmaster | 'port-taken' | 'still-held';

/**
 * Starts a postmaster and waits until it accepts connections. In a session of its own, so that
 * Ctrl-C reaches the platform only, which stops it when its own work is done; and watched, so that
 * it also stops when this process dies without a word.
 */
export async function startPostmaster(options: PostmasterOptions): Promise<StartOutcome> {
  const { at } = options;
  const log = join(at.directory, 'server.log');
  const logFrom = prepareLog(log);
  const drop = at.account && { uid: at.account.uid, gid: at.account.gid };
  const fd = openSync(log, 'a', 0o600);
  const child = spawn(join(options.binaries, 'bin', 'postgres'), serverArguments(options), {
    cwd: '/',
    env: serverEnvironment(),
    stdio: ['ignore', fd, fd],
    detached: true,
    ...drop,
  });
  closeSync(fd);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  const { pid } = child;
  if (pid === undefined || !(await becomesReady(child, at.cluster))) {
    await ended;
    return explain(readFileSync(log, 'utf8').slice(logFrom), log);
  }
  const watch = watchOver(pid, drop);
  void ended.then(() => watch.kill('SIGKILL'));
  child.unref();
  return { pid, ended, stop: () => stopProcess(pid, child) };
}

/** Ends the postmaster that a killed process left behind, and clears what a dead one left. */
export async function clearOrphan(cluster: string): Promise<boolean> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = Number(readLines(pidFile)[0] ?? Number.NaN);
  if (!Number.isInteger(pid)) return false;
  if (isPostmasterOf(pid, cluster)) {
    await stopProcess(pid);
    return true;
  }
  // PostgreSQL believes any living process of that number to be the owner, a browser too.
  rmSync(pidFile, { force: true });
  return false;
}

function serverArguments({ at, port, settings }: PostmasterOptions): string[] {
  const fixed: ServerSettings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
  };
  const all = Object.entries({ ...settings, ...fixed });
  return ['-D', at.cluster, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

function prepareLog(log: string): number {
  if (!existsSync(log)) return 0;
  const { size } = statSync(log);
  if (size <= EMBEDDED_LOG_BYTES_MAX) return size;
  rmSync(log);
  return 0;
}

/** Line 8 of postmaster.pid is what pg_ctl waits for too. */
async function becomesReady(child: ChildProcess, cluster: string): Promise<boolean> {
  const deadline = performance.now() + EMBEDDED_START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
      return false;
    }
    const lines = readLines(join(cluster, 'postmaster.pid'));
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return true;
    await pause(10);
  }
  child.kill('SIGQUIT');
  return false;
}

function explain(said: string, log: string): StartOutcome {
  if (/Address already in use|could not bind/.test(said)) return 'port-taken';
  // Sessions of a killed postmaster end within moments of noticing.
  if (/shared memory block .* is still in use|lock file .* already exists/.test(said)) {
    return 'still-held';
  }
  throw fault('EMBEDDED_START_FAILED', {
    diagnostics: `${log}: ${said.trim().slice(-800)}`,
  });
}

/** A shell that waits for its input to close, which the kernel does when this process ends. */
function watchOver(pid: number, drop: { uid: number; gid: number } | undefined): ChildProcess {
  const script = 'read -r _; kill -INT "$1" 2>/dev/null';
  const watch = spawn('/bin/sh', ['-c', script, 'sh', String(pid)], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    ...drop,
  });
  watch.on('error', () => undefined); // without a shell the orphan is cleared at the next start
  watch.unref();
  if (watch.stdin instanceof Socket) watch.stdin.unref();
  return watch;
}

async function stopProcess(pid: number, child?: ChildProcess): Promise<void> {
  child?.ref();
  const gone = child && child.exitCode === null && child.signalCode === null && once(child, 'exit');
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (!isAlive(pid)) break;
    process.kill(pid, signal);
    const deadline = performance.now() + EMBEDDED_STOP_TIMEOUT_MS;
    while (isAlive(pid) && performance.now() < deadline) await pause(10);
  }
  if (gone) await gone;
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}
