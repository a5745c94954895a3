import { ok, type Result } from '@holdfast/kernel';
import type { Sha256 } from '../merkle/hash.ts';
import { parseVerifierKey, SIGNATURE_TYPE, type VerifierKeyFault } from './verifier-key.ts';

/** Signs note texts under one name. */
export interface NoteSigner {
  readonly name: string;
  readonly keyId: number;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** Checks signatures of one key; may be asynchronous, as WebCrypto is. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: number;
  readonly verify: (message: Uint8Array, signature: Uint8Array) => boolean | Promise<boolean>;
}

export interface Ed25519Signature {
  /** 32 bytes (RFC 8032). */
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** The platform's Ed25519; answers false, never throws, for a malformed signature. */
export type VerifyEd25519 = (signed: Ed25519Signature) => boolean | Promise<boolean>;

/** What the platform has to bring. */
export interface NoteCryptography {
  readonly sha256: Sha256;
  readonly verifyEd25519: VerifyEd25519;
}

const ED25519_BYTES = 64;
const COSIGNATURE_BYTES = 8 + ED25519_BYTES;

/** A verifier for a key in signed-note form: Ed25519 (type 1) or a witness's cosignature/v1 (type 4). */
export function noteVerifier(
  verifierKey: string,
  { sha256, verifyEd25519 }: NoteCryptography,
): Result<NoteVerifier, VerifierKeyFault> {
  const key = parseVerifierKey(verifierKey, sha256);
  if (!key.ok) return key;
  const { name, keyId, type, publicKey } = key.value;
  const cosigner = type === SIGNATURE_TYPE.cosignatureV1;
  return ok({
    name,
    keyId,
    verify(message, signature) {
      if (!cosigner) {
        return (
          signature.length === ED25519_BYTES && verifyEd25519({ publicKey, message, signature })
        );
      }
      if (signature.length !== COSIGNATURE_BYTES) return false;
      return verifyEd25519({
        publicKey,
        message: cosignedMessage(message, cosignatureTime(signature)),
        signature: signature.subarray(8),
      });
    },
  });
}

/** Seconds since 1970 that a cosignature/v1 states. */
export function cosignatureTime(signature: Uint8Array): bigint {
  return new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
}

/** The bytes a cosigner signs: the checkpoint's text and when it saw it (C2SP tlog-cosignature). */
export function cosignedMessage(checkpoint: Uint8Array, time: bigint): Uint8Array {
  const header = new TextEncoder().encode(`cosignature/v1\ntime ${time}\n`);
  const message = new Uint8Array(header.length + checkpoint.length);
  message.set(header);
  message.set(checkpoint, header.length);
  return message;
}
