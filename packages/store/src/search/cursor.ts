import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { err, ok, type Random, type Result } from '@holdfast/kernel';

/** Where a page ended: the sort values of its last row and its storage key. */
export interface Position {
  /** As text, in the order of the search's sort keys; null where the row had none. */
  readonly values: readonly (string | null)[];
  readonly key: string;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals positions, so that a cursor shows nothing of hidden values, can't be made up, and fits only
 * the search it was made for (invariant 8). Processes that share the secret accept each other's.
 */
export class CursorSeal {
  readonly #key: Buffer;
  readonly #random: Random;

  /** @param secret at least 32 bytes, the same in every process of the installation */
  constructor(secret: Uint8Array, random: Random) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'holdfast search cursor v1', 32));
    this.#random = random;
  }

  /** @param search canonical text of the search, the cursor left out */
  seal(position: Position, search: string): string {
    const nonce = this.#random.bytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(fingerprint(search));
    const body = Buffer.concat([
      cipher.update(JSON.stringify([position.key, ...position.values])),
      cipher.final(),
    ]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
  }

  open(cursor: string, search: string): Result<Position, 'not-a-cursor'> {
    const bytes = Buffer.from(cursor, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return err('not-a-cursor');
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce)
      .setAAD(fingerprint(search))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      const body = Buffer.concat([
        decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)),
        decipher.final(),
      ]);
      const [key, ...values] = JSON.parse(body.toString()) as [string, ...(string | null)[]];
      return ok({ key, values });
    } catch {
      return err('not-a-cursor');
    }
  }
}

const fingerprint = (search: string): Buffer => createHash('sha256').update(search).digest();
