import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals what the database keeps (AES-256-GCM), bound to where it is kept. */
export class Seal {
  readonly #key: Uint8Array;

  /** @param key 32 bytes that the database does not hold */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  close(place: string, value: object): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(place));
    const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]);
  }

  /** @returns undefined where it was sealed with another key, for another place, or was changed */
  open(place: string, sealed: Buffer): Record<string, unknown> | undefined {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(place)).setAuthTag(tag);
      const text = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
      return JSON.parse(Buffer.concat([text, decipher.final()]).toString('utf8')) as Record<
        string,
        unknown
      >;
    } catch {
      return undefined;
    }
  }
}

/** Ids are bearer secrets: the database sees their hash only. */
export const hashed = (id: string): Buffer => createHash('sha256').update(id).digest();
