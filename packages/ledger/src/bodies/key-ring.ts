import type { Random } from '@holdfast/kernel';
import { fault } from '../errors.ts';
import { MAX_RING_VERSION } from '../limits.ts';
import {
  aboutKey,
  KEY_BYTES,
  type KeyPlace,
  MAC_BYTES,
  NONCE_BYTES,
  seal,
  unseal,
} from './seal.ts';

const VERSION_BYTES = 2;
const WRAPPED_BYTES = VERSION_BYTES + NONCE_BYTES + KEY_BYTES + MAC_BYTES;

/** Key-encryption keys by version, from 1; the greatest wraps. */
export type RingKeys = ReadonlyMap<number, Uint8Array>;

/** Wherever the key-encryption keys are kept: a file, the environment, a key management service. */
export interface KeyRingSource {
  /** Asked at the start, and again when a version is met that was not there then. */
  load(): Promise<RingKeys>;
}

/** The key-encryption keys in memory. What is wrapped by them stands in table `audit_key`. */
export class KeyRing {
  readonly #source: KeyRingSource;
  #keys: RingKeys;

  /** @throws Fault LED_RING_UNREADABLE */
  constructor(keys: RingKeys, source: KeyRingSource = { load: async () => keys }) {
    this.#source = source;
    this.#keys = checked(keys);
  }

  /** @throws Fault LED_RING_UNREADABLE */
  static async open(source: KeyRingSource): Promise<KeyRing> {
    return new KeyRing(await source.load(), source);
  }

  /** Looks at the source again: another process may have added a version. */
  async reload(): Promise<void> {
    this.#keys = checked(await this.#source.load());
  }

  get versions(): readonly number[] {
    return [...this.#keys.keys()].sort((a, b) => a - b);
  }

  /** The version that wraps. */
  get current(): number {
    return Math.max(...this.#keys.keys());
  }

  has(version: number): boolean {
    return this.#keys.has(version);
  }

  wrap(key: Uint8Array, place: KeyPlace, random: Random): Buffer {
    const version = this.current;
    const nonce = random.bytes(NONCE_BYTES);
    const head = Buffer.alloc(VERSION_BYTES);
    head.writeUInt16BE(version);
    const sealing = { key: this.#key(version), nonce, about: aboutKey(place) };
    return Buffer.concat([head, nonce, seal(key, sealing)]);
  }

  /**
   * @returns null where it was not wrapped for this place by this ring
   * @throws Fault LED_RING_LACKS_VERSION
   */
  unwrap(wrapped: Buffer, place: KeyPlace): Buffer | null {
    if (wrapped.length !== WRAPPED_BYTES) return null;
    const key = this.#key(versionOf(wrapped));
    const nonce = wrapped.subarray(VERSION_BYTES, VERSION_BYTES + NONCE_BYTES);
    const about = aboutKey(place);
    return unseal(wrapped.subarray(VERSION_BYTES + NONCE_BYTES), { key, nonce, about });
  }

  #key(version: number): Uint8Array {
    const key = this.#keys.get(version);
    if (key === undefined) {
      throw fault('LED_RING_LACKS_VERSION', { diagnostics: `version ${version}` });
    }
    return key;
  }
}

/** The version of the ring that a key was wrapped by. */
export const versionOf = (wrapped: Buffer): number => wrapped.readUInt16BE(0);

function checked(keys: RingKeys): RingKeys {
  const sound = [...keys].every(
    ([version, key]) =>
      Number.isInteger(version) &&
      version > 0 &&
      version <= MAX_RING_VERSION &&
      key.length === KEY_BYTES,
  );
  if (!sound || keys.size === 0) throw fault('LED_RING_UNREADABLE');
  return keys;
}
