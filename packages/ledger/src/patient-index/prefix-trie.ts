import { invariant } from '@holdfast/kernel';
import { HASH_BYTES, type Hash, type Sha256, sameHash } from '../merkle/hash.ts';
import type { AccessChain } from './access-chain.ts';

/** A patient's tag (12 bytes) and the chain over the entries about them. */
export interface IndexedPatient {
  readonly tag: Uint8Array;
  readonly chain: AccessChain;
}

/** Depth from which on a subtree with one patient is that patient's leaf; above, paths are whole. */
export const FIXED_DEPTH = 16;

/** A subtree without patients, at any depth. */
export const NOTHING: Hash = new Uint8Array(HASH_BYTES);

/**
 * The index as a binary trie over the bits of tags, most significant first. Which trie it is depends
 * on the set of patients and chains alone, so whoever holds the log's leaves can make it again.
 */
export class PrefixTrie {
  readonly #sha256: Sha256;

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  /** SHA-256(0x00 || tag || entries as 8 bytes || head). */
  leaf({ tag, chain }: IndexedPatient): Hash {
    const input = new Uint8Array(1 + tag.length + 8 + HASH_BYTES);
    input.set(tag, 1);
    new DataView(input.buffer).setBigUint64(1 + tag.length, BigInt(chain.entries));
    input.set(chain.head, 1 + tag.length + 8);
    return this.#sha256(input);
  }

  /** SHA-256(0x01 || left || right); two subtrees of nothing are nothing. */
  node(left: Hash, right: Hash): Hash {
    if (sameHash(left, NOTHING) && sameHash(right, NOTHING)) return NOTHING;
    const input = new Uint8Array(1 + 2 * HASH_BYTES);
    input[0] = 0x01;
    input.set(left, 1);
    input.set(right, 1 + HASH_BYTES);
    return this.#sha256(input);
  }

  /**
   * Hash of the subtree at a depth.
   * @param patients all of it, ascending by tag
   */
  subtree(patients: readonly IndexedPatient[], depth = 0): Hash {
    const [first] = patients;
    if (first === undefined) return NOTHING;
    if (patients.length === 1 && depth >= FIXED_DEPTH) return this.leaf(first);
    const split = splitAt(patients, depth);
    return this.node(
      this.subtree(patients.slice(0, split), depth + 1),
      this.subtree(patients.slice(split), depth + 1),
    );
  }

  /** Hash over the `2^k` subtrees of one depth, left to right. */
  over(subtrees: readonly Hash[]): Hash {
    let row = subtrees;
    while (row.length > 1) {
      const above: Hash[] = [];
      for (let i = 0; i < row.length; i += 2) {
        above.push(this.node(row[i] ?? NOTHING, row[i + 1] ?? NOTHING));
      }
      row = above;
    }
    return row[0] ?? NOTHING;
  }
}

/** The bit of a tag at a depth. */
export function bitAt(tag: Uint8Array, depth: number): 0 | 1 {
  const byte = tag[depth >> 3];
  invariant(byte !== undefined, 'LED-16 distinct tags differ in one of their bits');
  return ((byte >> (7 - (depth & 7))) & 1) as 0 | 1;
}

/** How many of them, ascending by tag, lie to the left at a depth. */
export function splitAt(patients: readonly IndexedPatient[], depth: number): number {
  const first = patients.findIndex(({ tag }) => bitAt(tag, depth) === 1);
  return first === -1 ? patients.length : first;
}

/** Order of tags. */
export function compareTags(a: IndexedPatient, b: IndexedPatient): number {
  for (let i = 0; i < a.tag.length; i++) {
    const difference = (a.tag[i] ?? 0) - (b.tag[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
