import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';

/** The key that signs this installation's own tokens (ES256, RFC 7518 section 3.4). */
export interface SigningKey {
  readonly algorithm: 'ES256';
  /** JWK thumbprint (RFC 7638). */
  readonly keyId: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

async function signingKeyOf(jwk: JWK): Promise<SigningKey> {
  const publicJwk: JWK = { ...jwk };
  delete publicJwk.d;
  const privateKey = await importJWK(jwk, 'ES256', { extractable: true });
  if (privateKey instanceof Uint8Array)
    throw new TypeError('a signing key must be an elliptic curve key');
  const keyId = await calculateJwkThumbprint(publicJwk);
  return {
    algorithm: 'ES256',
    keyId,
    privateKey,
    publicJwk: { ...publicJwk, kid: keyId, alg: 'ES256', use: 'sig' },
  };
}

export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return signingKeyOf(await exportJWK(privateKey));
}

/** Reads `token-signing-key.json` from the directory, or creates it there, readable by its owner only. */
export async function loadOrCreateSigningKey(directory: string): Promise<SigningKey> {
  const file = join(directory, 'token-signing-key.json');
  try {
    return await signingKeyOf(JSON.parse(await readFile(file, 'utf8')) as JWK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const created = await createSigningKey();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // Whole or absent, and the first of several starting processes wins: written aside, then linked.
  const aside = `${file}.${randomUUID()}`;
  await writeFile(aside, JSON.stringify(await exportJWK(created.privateKey)), { mode: 0o600 });
  try {
    await link(aside, file);
    return created;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return signingKeyOf(JSON.parse(await readFile(file, 'utf8')) as JWK);
  } finally {
    await rm(aside, { force: true });
  }
}
