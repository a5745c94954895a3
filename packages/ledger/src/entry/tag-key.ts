import { hash } from 'node:crypto';
import { invariant, type TenantId } from '@holdfast/kernel';
import { MAX_REMEMBERED_TAGS } from '../limits.ts';

const BLOCK_BYTES = 64;
/** 96 bits: two of a tenant's 10^9 patients meet once in 10^11 tenants; a whole HMAC doubles the index. */
export const TAG_BYTES = 12;

/** `content`: a stored version's text. `leaf`: a whole leaf, so that none is made without the key. */
export type TagKind = 'actor' | 'patient' | 'resource' | 'content' | 'leaf';

/** What a tag stands for; tags of different kinds or tenants never coincide. */
export interface Tagged {
  readonly kind: TagKind;
  readonly tenant: TenantId;
  readonly value: string;
}

/**
 * Turns identifiers into tags: HMAC-SHA256(key, kind NUL tenant NUL value), first 12 bytes. Whoever
 * holds the key can find a patient's records; whoever does not, cannot tell who is in the log.
 */
export class TagKey {
  readonly #inner: Buffer;
  readonly #outer: Buffer;
  readonly #remembered = new Map<string, string>();

  /** @param key 32 random bytes */
  constructor(key: Uint8Array) {
    invariant(key.length === 32, 'LED-3 the tag key is 256 bits');
    const pad = (byte: number) =>
      Buffer.from(new Uint8Array(BLOCK_BYTES).map((_, i) => byte ^ (key[i] ?? 0)));
    this.#inner = pad(0x36);
    this.#outer = Buffer.concat([pad(0x5c), new Uint8Array(32)]);
  }

  tag({ kind, tenant, value }: Tagged): Buffer {
    // One-shot hashes: an Hmac object costs three times as much, and this runs for every read.
    const message = Buffer.from(`${kind}\0${tenant}\0${value}`);
    const inner = hash('sha256', Buffer.concat([this.#inner, message]), 'buffer');
    inner.copy(this.#outer, BLOCK_BYTES);
    return hash('sha256', this.#outer, 'buffer').subarray(0, TAG_BYTES);
  }

  /** `tag` in base64url, remembered: for the few values that recur, as actors do. */
  rememberedText(tagged: Tagged): string {
    const key = `${tagged.kind}\0${tagged.tenant}\0${tagged.value}`;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    if (this.#remembered.size >= MAX_REMEMBERED_TAGS) this.#remembered.clear();
    const text = this.tag(tagged).toString('base64url');
    this.#remembered.set(key, text);
    return text;
  }
}
