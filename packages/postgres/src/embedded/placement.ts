import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
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
  /** Makes and names the folder for copies of binaries that cannot be run where they are. */
  readonly shelter: () => string;
}

/**
 * Settles where the data lies and as whom the server runs. Root's server drops to an unprivileged
 * account; where that account cannot reach the wanted directory (a clone in root's home), the data
 * lies in the shelter, `onProgress` says so, and `location` in the wanted directory remembers it:
 * who deletes that directory begins anew.
 *
 * @throws Fault `EMBEDDED_START_FAILED` where data is already there and has become out of reach
 */
export async function place(
  dataDirectory: string,
  onProgress: (line: string) => void,
): Promise<Placement> {
  const wanted = resolve(dataDirectory);
  await mkdir(wanted, { recursive: true });
  const account = unprivilegedAccount();
  const shelter = () => openShelter(account);
  const directory = await directoryFor(wanted, account, shelter);
  if (directory !== wanted) {
    onProgress(`Data lies in ${directory}: ${wanted} is closed to account ${account?.name}`);
  }
  return { account, directory, cluster: join(directory, 'cluster'), shelter };
}

async function directoryFor(
  wanted: string,
  account: Account | undefined,
  shelter: () => string,
): Promise<string> {
  if (account === undefined) return wanted;
  const location = join(wanted, 'location');
  const remembered = await readFile(location, 'utf8').catch(() => undefined);
  if (remembered !== undefined) return remembered.trim();
  // The directory is ours; what is secret in it has modes of its own.
  await chmod(wanted, 0o711);
  if (await canHold(account, wanted)) return wanted;
  if (existsSync(join(wanted, 'cluster'))) {
    throw fault('EMBEDDED_START_FAILED', {
      diagnostics: `account ${account.name} can no longer reach its data in ${wanted}`,
    });
  }
  const name = basename(dirname(dirname(wanted))) || 'root';
  const directory = join(shelter(), `${name}-${randomBytes(4).toString('hex')}`);
  await mkdir(directory);
  await chmod(directory, 0o711);
  await writeFile(location, `${directory}\n`);
  return directory;
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
