import { type KeyObject, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '@holdfast/kernel';
import { modelSigningKey, SEED_BYTES } from '../models/model-signature.ts';

const FILE = 'model-signing.key';
/** Any permission of group or others. */
const OPEN_TO_OTHERS = 0o077;

/** The key in a directory, made at its first use: 32 bytes in base64, mode 0600. */
export function loadOrCreateModelKey(directory: string): Result<KeyObject, string> {
  const path = join(directory, FILE);
  if (!existsSync(path)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(path, `${randomBytes(SEED_BYTES).toString('base64')}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
  }
  return loadModelKey(directory);
}

/** Error: it is missing, damaged, or readable by others. */
export function loadModelKey(directory: string): Result<KeyObject, string> {
  const path = join(directory, FILE);
  if (!existsSync(path)) return err(`${FILE} is not there`);
  if ((statSync(path).mode & OPEN_TO_OTHERS) !== 0) return err(`${FILE} is readable by others`);
  const seed = Buffer.from(readFileSync(path, 'utf8'), 'base64');
  return seed.length === SEED_BYTES ? ok(modelSigningKey(seed)) : err(`${FILE} is damaged`);
}
