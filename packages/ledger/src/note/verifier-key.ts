import { err, ok, type Result } from '@holdfast/kernel';
import type { Sha256 } from '../merkle/hash.ts';
import { fromBase64, toBase64 } from './base64.ts';

/** Signature types of C2SP signed-note that this package understands. */
export const SIGNATURE_TYPE = { ed25519: 0x01, cosignatureV1: 0x04 } as const;

export interface VerifierKey {
  readonly name: string;
  readonly keyId: number;
  readonly type: number;
  readonly publicKey: Uint8Array;
}

export type VerifierKeyFault = 'malformed-key' | 'unsupported-key' | 'wrong-key-id';

const ED25519_PUBLIC_BYTES = 32;
const NAME = /^[^\s+]+$/u;
const HEX_ID = /^[0-9a-f]{8}$/;

/** A signed-note key name: not empty, without Unicode spaces and `+`. */
export function isKeyName(name: string): boolean {
  return NAME.test(name);
}

/** First four bytes of SHA-256(name || 0x0A || type || public key), big-endian. */
export function keyIdOf(key: Omit<VerifierKey, 'keyId'>, sha256: Sha256): number {
  const name = new TextEncoder().encode(`${key.name}\n`);
  const input = new Uint8Array(name.length + 1 + key.publicKey.length);
  input.set(name);
  input[name.length] = key.type;
  input.set(key.publicKey, name.length + 1);
  return idBytes(sha256(input));
}

/** Reads `<name>+<8 hex>+<base64(type || key)>`; the last part may contain `+` itself. */
export function parseVerifierKey(
  text: string,
  sha256: Sha256,
): Result<VerifierKey, VerifierKeyFault> {
  const [name = '', id = '', ...rest] = text.split('+');
  if (!isKeyName(name) || !HEX_ID.test(id)) return err('malformed-key');
  const encoded = fromBase64(rest.join('+'));
  if (!encoded.ok) return err('malformed-key');
  const [type, publicKey] = [encoded.value[0] ?? 0, encoded.value.subarray(1)];
  const known = type === SIGNATURE_TYPE.ed25519 || type === SIGNATURE_TYPE.cosignatureV1;
  if (!known || publicKey.length !== ED25519_PUBLIC_BYTES) return err('unsupported-key');
  const keyId = keyIdOf({ name, type, publicKey }, sha256);
  if (keyId !== Number.parseInt(id, 16)) return err('wrong-key-id');
  return ok({ name, keyId, type, publicKey });
}

export function formatVerifierKey(key: VerifierKey): string {
  const encoded = new Uint8Array(1 + key.publicKey.length);
  encoded[0] = key.type;
  encoded.set(key.publicKey, 1);
  return `${key.name}+${key.keyId.toString(16).padStart(8, '0')}+${toBase64(encoded)}`;
}

/** The four key id bytes that begin a digest or a signature. */
export function idBytes(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
}
