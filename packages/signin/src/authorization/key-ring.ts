import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@holdfast/kernel';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { KEY_AGE_DAYS, RETIRED_KEY_DAYS } from '../limits.ts';

const DAY_MS = 86_400_000;
const FILE = 'sign-in-keys.json';

/** One key that signs id tokens, with its private half. */
export interface RingKey {
  readonly jwk: JWK;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Since when it signs nothing any more. */
  readonly retiredAt?: string;
}

/**
 * What the ring is from now on: a young enough key signs, older ones are published for as long as
 * something they signed may live. Pure but for `create`.
 */
export async function turnedRing(
  keys: readonly RingKey[],
  nowMs: number,
  { create, force }: { readonly create: () => Promise<JWK>; readonly force: boolean },
): Promise<readonly RingKey[]> {
  const current = keys.find(({ retiredAt }) => retiredAt === undefined);
  const isYoung =
    current !== undefined && nowMs - Date.parse(current.createdAt) < KEY_AGE_DAYS * DAY_MS;
  const now = new Date(nowMs).toISOString();
  const signing = isYoung && !force ? current : { jwk: await create(), createdAt: now };
  const retired = keys
    .filter((key) => key !== signing)
    .map((key) => ({ ...key, retiredAt: key.retiredAt ?? now }))
    .filter(({ retiredAt }) => nowMs - Date.parse(retiredAt) < RETIRED_KEY_DAYS * DAY_MS);
  return [signing, ...retired];
}

/**
 * The keys of `<directory>/sign-in-keys.json`, the signing one first; made on the first start, and
 * anew when the signing one has become old. Its processes are restarted to take a new one up.
 */
export async function openSignInKeys(
  directory: string,
  clock: Clock,
  { force = false }: { readonly force?: boolean } = {},
): Promise<readonly JWK[]> {
  const file = join(directory, FILE);
  const keys = await readRing(file);
  const turned = await turnedRing(keys, clock.now().getTime(), { create: newKey, force });
  if (JSON.stringify(turned) !== JSON.stringify(keys)) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const aside = `${file}.${randomUUID()}`;
    await writeFile(aside, JSON.stringify(turned), { mode: 0o600 });
    await rename(aside, file);
  }
  return turned.map(({ jwk }) => jwk);
}

async function readRing(file: string): Promise<readonly RingKey[]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as RingKey[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** RS256, which every OpenID Connect client knows (Discovery 1.0, section 3). */
async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', {
    extractable: true,
    modulusLength: 2_048,
  });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'RS256', use: 'sig' };
}
