import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../errors.ts';
import { startOfProcess } from './process-table.ts';

/** A process, told apart from a later one that got the same number. */
interface Owner {
  readonly pid: number;
  readonly started: string;
}

/**
 * Claims the directory for this process. One process owns an embedded server and stops it; a
 * claim of a process that is gone is taken over.
 *
 * @returns the release, to be called when the server has stopped
 * @throws Fault `EMBEDDED_IN_USE` while its owner runs
 */
export async function claim(directory: string): Promise<() => void> {
  const path = join(directory, 'owner.json');
  const mine: Owner = { pid: process.pid, started: startOfProcess(process.pid) ?? '' };
  const text = JSON.stringify(mine);
  for (;;) {
    if (!existsSync(path) && create(path, text)) return () => rmSync(path, { force: true });
    const seen = read(path);
    const owner = seen === undefined ? undefined : parse(seen);
    if (owner !== undefined && startOfProcess(owner.pid) === owner.started) {
      throw fault('EMBEDDED_IN_USE', { diagnostics: `process ${owner.pid} owns ${directory}` });
    }
    await removeIfStill(path, seen);
  }
}

function create(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o644 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Two starters may find the same dead claim: whoever moved a living one away puts it back. */
async function removeIfStill(path: string, seen: string | undefined): Promise<void> {
  const aside = `${path}.${process.pid}`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if (read(aside) === seen) rmSync(aside, { force: true });
  else await rename(aside, path);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string): Owner | undefined {
  try {
    const value = JSON.parse(text) as Partial<Owner>;
    return typeof value.pid === 'number' && typeof value.started === 'string'
      ? { pid: value.pid, started: value.started }
      : undefined;
  } catch {
    return undefined; // its writer died in the middle of writing
  }
}
