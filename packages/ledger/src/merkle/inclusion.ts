import { invariant } from '@holdfast/kernel';
import { HASH_BYTES, type Hash, sameHash, type TreeHasher } from './hash.ts';
import { type ReadNodes, type Subtree, splitPoint, subtreeHashes } from './subtree.ts';

/** Position of a leaf (from 0) in the tree over `size` leaves. */
export interface LeafPosition {
  readonly index: number;
  readonly size: number;
}

/** The sibling ranges from the leaf up (PATH of RFC 9162 section 2.1.3.1). */
export function inclusionPath({ index, size }: LeafPosition): Subtree[] {
  invariant(
    isPosition(index) && isPosition(size) && index < size,
    'LED-1 the leaf lies in the tree',
  );
  const path: Subtree[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + splitPoint(to - from);
    if (index < middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      from = middle;
    }
  }
  return path.reverse();
}

/** Inclusion proof: sibling hashes from the leaf to the root. */
export function proveInclusion(
  position: LeafPosition,
  read: ReadNodes,
  hasher: TreeHasher,
): Promise<Hash[]> {
  return subtreeHashes(inclusionPath(position), read, hasher);
}

export interface InclusionClaim extends LeafPosition {
  readonly leafHash: Hash;
  readonly root: Hash;
  readonly proof: readonly Hash[];
}

/** RFC 9162 section 2.1.3.2. Refuses anything that is not exactly a proof: never throws. */
export function verifyInclusion(claim: InclusionClaim, hasher: TreeHasher): boolean {
  const { index, size, leafHash, root, proof } = claim;
  if (!isPosition(index) || !isPosition(size) || index >= size) return false;
  if (leafHash.length !== HASH_BYTES || root.length !== HASH_BYTES) return false;
  let node = index;
  let last = size - 1;
  let hash = leafHash;
  for (const sibling of proof) {
    if (last === 0 || sibling.length !== HASH_BYTES) return false;
    if (node % 2 === 1 || node === last) {
      hash = hasher.node(sibling, hash);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = hasher.node(hash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && sameHash(hash, root);
}

/** Positions are exact up to 2^53 - 1 entries; a number beyond is refused, not rounded. */
export function isPosition(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
