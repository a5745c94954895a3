import { invariant } from '@holdfast/kernel';
import { HASH_BYTES, type Hash, sameHash, type TreeHasher } from './hash.ts';
import { isPosition } from './inclusion.ts';
import { type ReadNodes, type Subtree, splitPoint, subtreeHashes } from './subtree.ts';

/** Two sizes of one log, `older` <= `newer`. */
export interface Growth {
  readonly older: number;
  readonly newer: number;
}

/** The ranges that show the older tree inside the newer one (RFC 9162 section 2.1.4.1). */
export function consistencyPath({ older, newer }: Growth): Subtree[] {
  invariant(isPosition(older) && isPosition(newer), 'LED-1 sizes are exact');
  invariant(0 < older && older <= newer, 'LED-1 a consistency proof starts from a non-empty tree');
  const path: Subtree[] = [];
  let from = 0;
  let to = newer;
  let whole = true;
  while (older !== to) {
    const middle = from + splitPoint(to - from);
    if (older <= middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      from = middle;
      whole = false;
    }
  }
  // The older tree itself is known to the verifier; any other complete subtree has to be named.
  if (!whole) path.push({ from, to });
  return path.reverse();
}

/** Consistency proof between two sizes; empty where they are equal. */
export function proveConsistency(
  growth: Growth,
  read: ReadNodes,
  hasher: TreeHasher,
): Promise<Hash[]> {
  return subtreeHashes(consistencyPath(growth), read, hasher);
}

export interface ConsistencyClaim extends Growth {
  readonly olderRoot: Hash;
  readonly newerRoot: Hash;
  readonly proof: readonly Hash[];
}

/**
 * RFC 9162 section 2.1.4.2. Refuses anything that is not exactly a proof: never throws.
 * A proof from size 0 proves nothing and is refused, except for two equal empty trees.
 */
export function verifyConsistency(claim: ConsistencyClaim, hasher: TreeHasher): boolean {
  const { older, newer, olderRoot, newerRoot, proof } = claim;
  if (!isPosition(older) || !isPosition(newer) || older > newer) return false;
  const hashes = [olderRoot, newerRoot, ...proof];
  if (hashes.some((hash) => hash.length !== HASH_BYTES)) return false;
  if (older === newer) return proof.length === 0 && sameHash(olderRoot, newerRoot);
  if (older === 0) return false;

  const path = isPowerOfTwo(older) ? [olderRoot, ...proof] : proof;
  const [first, ...rest] = path;
  if (first === undefined || proof.length === 0) return false;
  let node = older - 1;
  let last = newer - 1;
  while (node % 2 === 1) {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  let olderHash = first;
  let newerHash = first;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      olderHash = hasher.node(sibling, olderHash);
      newerHash = hasher.node(sibling, newerHash);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      newerHash = hasher.node(newerHash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && sameHash(olderHash, olderRoot) && sameHash(newerHash, newerRoot);
}

function isPowerOfTwo(n: number): boolean {
  let rest = n;
  while (rest % 2 === 0) rest /= 2;
  return rest === 1;
}
