// Adds to package-lock.json the packages of other platforms that npm left out, because the registry
// at hand does not carry them: without their entries `npm ci` refuses the lock everywhere.
// Run it after `npm install` where `npm run check -- tidy` asks for it.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { say } from './progress.mjs';
import { ROOT } from './run-program.mjs';

/**
 * @typedef {{
 *   version?: string, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[],
 *   optionalDependencies?: Record<string, string>,
 * }} LockEntry
 * @typedef {{ packages: Record<string, LockEntry> }} Lock
 */

const OPERATING_SYSTEMS =
  'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(' ');
const PROCESSORS = 'arm64 arm ia32 loong64 mips64el ppc64 riscv64 s390x wasm32 x64'.split(' ');

/**
 * Optional dependencies that the lock names but does not hold.
 *
 * @param {Lock} lock
 * @returns {{ path: string, name: string, version: string, dev: boolean }[]}
 */
export function missingFromLock(lock) {
  return Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !holds(lock, path, name))
      .map(([name, version]) => ({
        path: `node_modules/${name}`,
        name,
        version: version.replace(/^[\^~]/, ''),
        dev: entry.dev === true,
      })),
  );
}

/**
 * Whether Node would find `name` from `path`: in its own modules or in those of a folder above.
 *
 * @param {Lock} lock
 * @param {string} path
 * @param {string} name
 */
function holds(lock, path, name) {
  const folders = path.split('/');
  return folders
    .map((_, i) => folders.slice(0, folders.length - i).join('/'))
    .concat('')
    .some((folder) => lock.packages[join(folder, 'node_modules', name)] !== undefined);
}

/** @param {Lock} lock */
function complete(lock) {
  const missing = missingFromLock(lock);
  for (const { path, name, version, dev } of missing) {
    const words = name.split(/[/-]/);
    const os = OPERATING_SYSTEMS.filter((each) => words.includes(each));
    const cpu = PROCESSORS.filter((each) => words.some((word) => word.startsWith(each)));
    lock.packages[path] = {
      version,
      ...(cpu.length > 0 && { cpu: cpu.slice(0, 1) }),
      ...(dev && { dev }),
      ...(words.includes('musl') && { libc: ['musl'] }),
      optional: true,
      ...(os.length > 0 && { os }),
    };
  }
  lock.packages = Object.fromEntries(
    Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
  );
  return missing.length;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const file = join(ROOT, 'package-lock.json');
  const read = /** @type {unknown} */ (JSON.parse(readFileSync(file, 'utf8')));
  const lock = /** @type {Lock} */ (read);
  const added = complete(lock);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  say(`${added} entries added to package-lock.json`);
}
