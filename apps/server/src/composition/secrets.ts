import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invariant, systemClock } from '@holdfast/kernel';
import { KeyRing, type LogKeys, loadOrCreateLogKeys } from '@holdfast/ledger';
import { loadOrCreateSigningKey, openSignInKeys, type SigningKey } from '@holdfast/signin';
import { exportJWK, type JWK } from 'jose';

import type { ServerConfig } from '../config.ts';
import { ensureKeyRing } from '../key-ring.ts';
import { LOG_ORIGIN } from '../verify-records.ts';

/** What one installation keeps to itself, in files that only its account reads. */
export interface Secrets {
  readonly log: LogKeys;
  /** What the keys of audit bodies are wrapped by. */
  readonly ring: KeyRing;
  readonly signing: SigningKey;
  /** Seals page cursors: stable over restarts, the same in every process that holds the keys. */
  readonly cursor: Uint8Array;
  /** From which the signing secret of each subscription and binding tokens are derived. */
  readonly subscriptions: Uint8Array;
  readonly signIn: SignInKeys;
  /** Takes back the database's address, which is good only while the server runs. */
  forgetDatabase(): Promise<void>;
}

/** Of the built-in sign-in. */
export interface SignInKeys {
  /** They sign id tokens; the first one does, the others did. */
  readonly ring: readonly JWK[];
  /** Signs its cookies. */
  readonly cookies: string;
  /** Seals what it keeps in the database. */
  readonly seal: Uint8Array;
}

/** Loads the keys of `<data>/keys`, or creates them on the first start. */
export async function openSecrets(
  { dataDirectory, keyRing }: Pick<ServerConfig, 'dataDirectory' | 'keyRing'>,
  ownerUrl: string,
): Promise<Secrets> {
  const directory = join(dataDirectory, 'keys');
  const ring = await KeyRing.open(await ensureKeyRing(directory, keyRing));
  const log = await loadOrCreateLogKeys(directory, LOG_ORIGIN);
  const signing = await loadOrCreateSigningKey(directory);
  // For `holdfast ledger verify` beside a running server.
  const addressFile = join(directory, 'database-url');
  await writeFile(addressFile, ownerUrl, { mode: 0o600 });
  return {
    log,
    ring,
    signing,
    cursor: await derivedSecret(signing, 'cursor'),
    subscriptions: await derivedSecret(signing, 'subscriptions'),
    signIn: {
      ring: await openSignInKeys(directory, systemClock),
      cookies: Buffer.from(await derivedSecret(signing, 'cookies')).toString('base64url'),
      seal: await derivedSecret(signing, 'sign-in'),
    },
    forgetDatabase: () => rm(addressFile, { force: true }),
  };
}

/** Drawn from the private half: whoever knows the public key can neither open nor forge a cursor. */
async function derivedSecret({ privateKey }: SigningKey, use: string): Promise<Uint8Array> {
  const { d } = await exportJWK(privateKey);
  invariant(d !== undefined, 'SRV-4 secrets are derived from the private half of the signing key');
  return createHash('sha256').update(`holdfast ${use} secret v1:${d}`).digest();
}
