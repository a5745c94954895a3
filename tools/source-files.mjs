import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-program.mjs';

const SKIPPED = new Set(['node_modules', 'dist', 'generated', '.holdfast', '.git', 'coverage']);

/**
 * Every file of the project, tracked or about to be, relative to the root and sorted. As git lists
 * them; where there is no usable git (an archive, another user's clone), as the folders hold them.
 *
 * @returns {string[]}
 */
export function sourceFiles() {
  const git = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const files = git.status === 0 ? git.stdout.split('\0').filter(Boolean) : walk('');
  return [...new Set(files)].filter((file) => existsSync(join(ROOT, file))).sort();
}

/**
 * @param {string} directory
 * @returns {string[]}
 */
function walk(directory) {
  return readdirSync(join(ROOT, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : walk(path);
    return entry.isFile() ? [path] : [];
  });
}
