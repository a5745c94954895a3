import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import {
  cosignedMessage,
  type NoteCryptography,
  type NoteSigner,
  type VerifyEd25519,
} from '../note/signature.ts';
import { formatVerifierKey, keyIdOf, SIGNATURE_TYPE } from '../note/verifier-key.ts';
import { sha256 } from '../sha256/node.ts';

/** DER of an Ed25519 SubjectPublicKeyInfo up to the 32 key bytes (RFC 8410 section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The 32 public bytes of an Ed25519 key, private or public. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  return new Uint8Array(spki.subarray(SPKI_PREFIX.length));
}

/** Signs notes as `name`; one private key may sign under several names. */
export function ed25519Signer(name: string, privateKey: KeyObject): NoteSigner {
  const publicKey = rawPublicKey(privateKey);
  const keyId = keyIdOf({ name, type: SIGNATURE_TYPE.ed25519, publicKey }, sha256);
  return { name, keyId, sign: (message) => sign(null, message, privateKey) };
}

/**
 * Cosigns checkpoints as `name` (cosignature/v1, C2SP tlog-cosignature).
 * @param now when it is said to have been seen
 */
export function ed25519Cosigner(
  name: string,
  { privateKey, now }: { readonly privateKey: KeyObject; readonly now: () => Date },
): NoteSigner {
  const publicKey = rawPublicKey(privateKey);
  const keyId = keyIdOf({ name, type: SIGNATURE_TYPE.cosignatureV1, publicKey }, sha256);
  return {
    name,
    keyId,
    sign: (checkpoint) => {
      const seconds = BigInt(Math.floor(now().getTime() / 1_000));
      const signature = new Uint8Array(72);
      new DataView(signature.buffer).setBigUint64(0, seconds);
      signature.set(sign(null, cosignedMessage(checkpoint, seconds), privateKey), 8);
      return signature;
    },
  };
}

/** The signed-note text form of the public half, as verifiers are configured with it. */
export function ed25519VerifierKey(
  name: string,
  key: KeyObject,
  type: number = SIGNATURE_TYPE.ed25519,
): string {
  const parts = { name, type, publicKey: rawPublicKey(key) };
  return formatVerifierKey({ ...parts, keyId: keyIdOf(parts, sha256) });
}

const verifyEd25519: VerifyEd25519 = ({ publicKey, message, signature }) => {
  try {
    const key = createPublicKey({
      key: Buffer.concat([SPKI_PREFIX, publicKey]),
      format: 'der',
      type: 'spki',
    });
    return verify(null, message, key, signature);
  } catch {
    return false; // not a point of the curve: no signature can hold
  }
};

/** Node's implementation of what verifying a note takes. */
export const nodeCryptography: NoteCryptography = { sha256, verifyEd25519 };
