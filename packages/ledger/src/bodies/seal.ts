import { createCipheriv, createDecipheriv } from 'node:crypto';
import { invariant, type TenantId } from '@holdfast/kernel';

export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;
export const MAC_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';

/** One use of AES-256-GCM: a nonce never meets the same key twice. */
export interface Sealing {
  readonly key: Uint8Array;
  /** 12 bytes. */
  readonly nonce: Uint8Array;
  /** Authenticated, not stored: what is sealed opens at its own place only. */
  readonly about: string;
}

/** Ciphertext with its tag of 16 bytes at the end. */
export function seal(plain: Uint8Array, { key, nonce, about }: Sealing): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  cipher.setAAD(Buffer.from(about));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** null where it was not sealed so. */
export function unseal(sealed: Uint8Array, { key, nonce, about }: Sealing): Buffer | null {
  const end = sealed.length - MAC_BYTES;
  if (end < 0) return null;
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: MAC_BYTES });
  decipher.setAAD(Buffer.from(about));
  decipher.setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
  } catch {
    return null;
  }
}

/** Where a body belongs; `keyTag` as in `audit_key`, empty for the tenant's own key. */
export interface BodyPlace {
  readonly tenant: TenantId;
  readonly keyTag: Uint8Array;
  readonly auditId: string;
}

/**
 * A body's nonce is the end of its record's id (UUIDv7): 74 random bits and 16 of the clock, so that
 * none has to be stored. Two of the `MAX_BODIES_A_KEY` of one key meet with less than 2^-32.
 */
export function bodySealing(place: BodyPlace, key: Uint8Array): Sealing {
  const { tenant, keyTag, auditId } = place;
  const id = Buffer.from(auditId.replaceAll('-', ''), 'hex');
  invariant(id.length === 16, 'LED-17 a record is named by a UUID');
  return {
    key,
    nonce: id.subarray(16 - NONCE_BYTES),
    about: `${tenant}\0${tagText(keyTag)}\0${auditId}`,
  };
}

/** Where a wrapped key belongs. */
export interface KeyPlace {
  readonly tenant: TenantId;
  readonly keyTag: Uint8Array;
  /** As PostgreSQL writes a bigint. */
  readonly keyId: string;
}

export const aboutKey = ({ tenant, keyTag, keyId }: KeyPlace): string =>
  `${tenant}\0${tagText(keyTag)}\0key ${keyId}`;

const tagText = (tag: Uint8Array): string =>
  tag.length === 0 ? 'none' : Buffer.from(tag).toString('base64url');
