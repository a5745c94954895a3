import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '@holdfast/kernel';
import type { KeyRingSource, RingKeys } from '../bodies/key-ring.ts';
import { formatRing, parseRing } from '../bodies/ring-text.ts';
import { KEY_BYTES } from '../bodies/seal.ts';
import { fault } from '../errors.ts';
import { exists, SIGNING_KEY_FILE } from '../keys/key-files.ts';
import { MAX_RING_BYTES, RING_COMMAND_TIMEOUT_MS } from '../limits.ts';

const FILE = 'audit-key-ring';
/** Any permission of group or others. */
const OPEN_TO_OTHERS = 0o077;

/** A key ring that versions can be added to and taken from here. */
export interface OwnedRing extends KeyRingSource {
  /** Adds the next version. */
  add(): Promise<number>;
  /** Destroys a version: what is still wrapped by it, in backups too, is lost. */
  remove(version: number): Promise<void>;
}

/** The ring in `<directory>/audit-key-ring`, mode 0600: see `parseRing` for its form. */
export function ringFile(directory: string): OwnedRing {
  const path = join(directory, FILE);
  const load = async (): Promise<RingKeys> => {
    try {
      const { mode } = await stat(path);
      if ((mode & OPEN_TO_OTHERS) === 0) return parsed(await readFile(path, 'utf8'));
    } catch (cause) {
      throw cause instanceof Fault ? cause : fault('LED_RING_UNREADABLE', { cause });
    }
    throw fault('LED_RING_UNREADABLE');
  };
  const replace = async (keys: RingKeys): Promise<void> => {
    await rename(await written(path, keys), path);
  };
  return {
    load,
    add: async () => {
      const keys = await load();
      const version = Math.max(...keys.keys()) + 1;
      await replace(new Map([...keys, [version, randomBytes(KEY_BYTES)]]));
      return version;
    },
    remove: async (version) => {
      const keys = new Map(await load());
      keys.delete(version);
      if (keys.size === 0) throw fault('LED_RING_IN_USE', { diagnostics: `version ${version}` });
      await replace(keys);
    },
  };
}

/**
 * Makes the ring at the first start: before the log's own keys, so that beside those a missing ring
 * is a lost one, never made anew. Any number of processes may start at once.
 * @throws Fault LED_RING_UNREADABLE
 */
export async function ensureRingFile(directory: string): Promise<OwnedRing> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const logHasKeys = await exists(join(directory, SIGNING_KEY_FILE));
  const path = join(directory, FILE);
  if (!logHasKeys && !(await exists(path))) {
    const draft = await written(path, new Map([[1, randomBytes(KEY_BYTES)]]));
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await rm(draft);
  }
  return ringFile(directory);
}

/** A durable file beside `path`, to take its place whole. */
async function written(path: string, keys: RingKeys): Promise<string> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(formatRing(keys));
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}

/** The ring as a text in the environment: lines, or parts between semicolons. */
export const ringText = (text: string): KeyRingSource => ({ load: async () => parsed(text) });

/**
 * The ring as a command prints it, e.g. one that has a key management service decrypt it: a word list
 * split at blanks, run without a shell.
 */
export function ringCommand(command: string): KeyRingSource {
  const [program = '', ...words] = command.trim().split(/\s+/);
  return {
    load: async () => {
      const run = promisify(execFile);
      const limits = { timeout: RING_COMMAND_TIMEOUT_MS, maxBuffer: MAX_RING_BYTES };
      // What it says on failure may hold secrets: its exit alone is told.
      const { stdout } = await run(program, words, limits).catch(() => {
        throw fault('LED_RING_UNREADABLE', { diagnostics: 'the command failed' });
      });
      return parsed(stdout);
    },
  };
}

function parsed(text: string): RingKeys {
  const keys = parseRing(text);
  if (!keys.ok) throw fault('LED_RING_UNREADABLE', { diagnostics: keys.error });
  return keys.value;
}
