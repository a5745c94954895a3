import { type KeyObject, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TagKey } from '../entry/tag-key.ts';
import { fault } from '../errors.ts';
import { ed25519FromSeed, LogKeys, SEED_BYTES } from './log-keys.ts';

export const SIGNING_KEY_FILE = 'log-signing.key';
const FILES = { signing: SIGNING_KEY_FILE, tags: 'log-tags.key' } as const;
/** Any permission of group or others. */
const OPEN_TO_OTHERS = 0o077;

/**
 * The keys in `directory`, made at the first start: two files of 32 bytes in base64, mode 0600.
 * Losing the tag key makes records of a patient unfindable, so it is never made anew beside a
 * signing key that exists.
 *
 * @throws Fault LED_KEYS_UNREADABLE when one is missing, damaged, or readable by others
 */
export async function loadOrCreateLogKeys(directory: string, origin: string): Promise<LogKeys> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const paths = [join(directory, FILES.tags), join(directory, FILES.signing)] as const;
  const present = await Promise.all(paths.map(exists));
  if (present.every((found) => !found)) {
    // The signing key last: where it stands, both do.
    for (const path of paths) await create(path);
  }
  return loadLogKeys(directory, origin);
}

/**
 * The keys in `directory`, as they are: for whoever only looks, so that a mistyped directory
 * verifies nothing rather than an empty log with new keys.
 *
 * @throws Fault LED_KEYS_UNREADABLE when one is missing, damaged, or readable by others
 */
export async function loadLogKeys(directory: string, origin: string): Promise<LogKeys> {
  const [tags, signing] = await Promise.all([
    load(join(directory, FILES.tags)),
    load(join(directory, FILES.signing)),
  ]);
  return new LogKeys({ origin, privateKey: ed25519FromSeed(signing), tagKey: new TagKey(tags) });
}

/**
 * The signing key of a witness, made at its first start: `witness.key`, 32 bytes in base64, mode 0600.
 * @throws Fault LED_KEYS_UNREADABLE when it is damaged or readable by others
 */
export async function loadOrCreateWitnessKey(directory: string): Promise<KeyObject> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'witness.key');
  if (!(await exists(path))) await create(path);
  return ed25519FromSeed(await load(path));
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function create(path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return null; // another process starts at the same moment
    throw error;
  });
  if (file === null) return;
  try {
    await file.writeFile(`${randomBytes(SEED_BYTES).toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function load(path: string): Promise<Buffer> {
  try {
    const { mode } = await stat(path);
    const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'base64');
    if ((mode & OPEN_TO_OTHERS) === 0 && key.length === SEED_BYTES) return key;
  } catch (cause) {
    throw fault('LED_KEYS_UNREADABLE', { cause });
  }
  throw fault('LED_KEYS_UNREADABLE');
}
