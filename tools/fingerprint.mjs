import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-program.mjs';

const STAMPS = join(ROOT, 'node_modules', '.holdfast');
const SKIPPED = new Set(['node_modules', 'dist', 'generated', '.holdfast', '.git']);

/**
 * Names the state of files by path, size and time of change: cheap enough for every start.
 *
 * @param {readonly string[]} paths files and folders, relative to the root; missing ones count too
 */
export function fingerprint(paths) {
  const hash = createHash('sha256').update(process.versions.node);
  for (const path of paths) visit(path, hash);
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @param {import('node:crypto').Hash} hash
 */
function visit(path, hash) {
  const full = join(ROOT, path);
  if (!existsSync(full)) {
    hash.update(`${path} missing\n`);
    return;
  }
  const stat = statSync(full);
  if (!stat.isDirectory()) {
    hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
    return;
  }
  for (const name of readdirSync(full).sort()) {
    if (!SKIPPED.has(name)) visit(join(path, name), hash);
  }
}

/**
 * Whether a step has already run for this state of its inputs.
 *
 * @param {string} step
 * @param {string} state
 */
export function isDone(step, state) {
  const stamp = join(STAMPS, step);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === state;
}

/**
 * @param {string} step
 * @param {string} state
 */
export function markDone(step, state) {
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(join(STAMPS, step), state);
}
