import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { ModelReference } from '../scores/scorer-registry.ts';

/** PKCS #8 of an Ed25519 seed (RFC 8410 section 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
export const SEED_BYTES = 32;

export function modelSigningKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

const statement = ({ id, version }: ModelReference, sha256: string): Buffer =>
  Buffer.from(`holdfast model version\n${id}\n${version}\n${sha256}\n`);

export function signModel(key: KeyObject, model: ModelReference, sha256: string): Buffer {
  return sign(null, statement(model, sha256), key);
}

/** True where whoever holds the key has let this very artifact in under this name. */
export function isSigned(
  key: KeyObject,
  signed: {
    readonly model: ModelReference;
    readonly sha256: string;
    readonly signature: Uint8Array;
  },
): boolean {
  const { model, sha256, signature } = signed;
  return verify(null, statement(model, sha256), createPublicKey(key), signature);
}
