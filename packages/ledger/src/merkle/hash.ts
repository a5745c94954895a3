/** A SHA-256 digest: 32 bytes. */
export type Hash = Uint8Array;

/** One-shot SHA-256; must not keep a reference to `data`. */
export type Sha256 = (data: Uint8Array) => Hash;

export const HASH_BYTES = 32;

/** The three hashes of a Merkle tree (RFC 9162 section 2.1.1). */
export interface TreeHasher {
  /** Root of the tree without leaves. */
  readonly empty: Hash;
  leaf(entry: Uint8Array): Hash;
  node(left: Hash, right: Hash): Hash;
}

/** Builds the RFC 9162 hashes on any SHA-256, so that the verifier needs no platform. */
export function treeHasher(sha256: Sha256): TreeHasher {
  const pair = new Uint8Array(1 + 2 * HASH_BYTES);
  pair[0] = 1;
  return {
    empty: sha256(new Uint8Array(0)),
    leaf(entry) {
      const prefixed = new Uint8Array(1 + entry.length);
      prefixed.set(entry, 1);
      return sha256(prefixed);
    },
    node(left, right) {
      pair.set(left, 1);
      pair.set(right, 1 + HASH_BYTES);
      return sha256(pair);
    },
  };
}

/** Byte equality; proofs are public, so it need not be constant-time. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
