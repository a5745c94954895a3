import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { chmod, chown, mkdir, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fault } from '../errors.ts';
import { type Account, canEnter, unprivilegedAccount } from './account.ts';

/** Where everything of one embedded server lies. */
export interface Placement {
  /** The account the server runs as; undefined: this process's own. */
  readonly account: Account | undefined;
  /** Ours: password, owner record and log. */
  readonly directory: string;
  /** PGDATA: the account's, mode 0700. */
  readonly cluster: string;
  /** Where copies of the binaries go when the installed ones cannot be run. */
  readonly shelter: string;
}

/**
 * Settles where the data lies and as whom the server runs; the same answer every time.
 * Root's server drops to an unprivileged account; where that account cannot reach the wanted
 * directory (a clone in `/root`), the data lies below the shelter and `onProgress` says so.
 */
export async function place(
  dataDirectory: string,
  onProgress: (line: string) => void,
): Promise<Placement> {
  const wanted = resolve(dataDirectory);
  const account = unprivilegedAccount();
  const shelter = openShelter(account);
  let directory = wanted;
  await mkdir(wanted, { recursive: true });
  if (account !== undefined) {
    // The directory is ours; what is secret in it has modes of its own.
    await chmod(wanted, 0o711);
    if (!(await canHold(account, wanted))) {
      directory = join(shelter, shelteredName(wanted));
      await mkdir(directory, { recursive: true });
      await chmod(directory, 0o711);
      onProgress(`Data lies in ${directory}: ${wanted} is closed to account ${account.name}`);
    }
  }
  return { account, directory, cluster: join(directory, 'cluster'), shelter };
}

/** Gives a path to the account the server runs as. */
export async function give(account: Account | undefined, path: string): Promise<void> {
  if (account !== undefined) await chown(path, account.uid, account.gid);
}

async function canHold(account: Account, directory: string): Promise<boolean> {
  if (!canEnter(account, directory)) return false;
  const probe = join(directory, `probe.${process.pid}`);
  await mkdir(probe, { mode: 0o700 });
  // Some mounts (network file systems, desktop container volumes) refuse a change of owner.
  const held = await give(account, probe).then(
    () => canEnter(account, probe),
    () => false,
  );
  await rmdir(probe);
  return held;
}

function shelteredName(wanted: string): string {
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 8);
  return `${basename(dirname(dirname(wanted))) || 'root'}-${hash}`;
}

/** `/var/lib/holdfast` for root, else a directory of the user's own under the system's tmp. */
function openShelter(account: Account | undefined): string {
  const uid = process.getuid?.() ?? 0;
  const inTmp = join(tmpdir(), `holdfast-${uid}`);
  const candidates = account === undefined ? [inTmp] : ['/var/lib/holdfast', inTmp];
  const usable = candidates.find((candidate) => {
    try {
      mkdirSync(candidate, { recursive: true });
      // Anyone can make a name under tmp: programs run from it only if it is ours.
      if (process.getuid && lstatSync(candidate).uid !== uid) return false;
      chmodSync(candidate, 0o755);
      return canEnter(account, candidate);
    } catch {
      return false;
    }
  });
  if (usable === undefined) {
    throw fault('EMBEDDED_START_FAILED', { diagnostics: `cannot write ${candidates.join(', ')}` });
  }
  return usable;
}
