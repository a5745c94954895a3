import { invariant } from '@holdfast/kernel';
import type { Hash, TreeHasher } from './hash.ts';

/** Root of the perfect subtree over leaves [index * 2^level, (index + 1) * 2^level). */
export interface NodeId {
  readonly level: number;
  readonly index: number;
}

/** Leaves [from, to) of a tree. */
export interface Subtree {
  readonly from: number;
  readonly to: number;
}

/** Where the hashes of perfect subtrees come from: memory, tiles, a database. */
export type ReadNodes = (nodes: readonly NodeId[]) => Promise<readonly Hash[]>;

/** Largest power of two strictly below n (n > 1): the split of RFC 9162 section 2.1.1. */
export function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** The perfect subtrees, left to right, that make up a range starting where RFC 9162 splits. */
export function perfectNodes({ from, to }: Subtree): NodeId[] {
  const nodes: NodeId[] = [];
  let start = from;
  while (start < to) {
    let width = 1;
    let level = 0;
    while (start % (width * 2) === 0 && start + width * 2 <= to) {
      width *= 2;
      level += 1;
    }
    nodes.push({ level, index: start / width });
    start += width;
  }
  return nodes;
}

/** Folds the hashes of `perfectNodes` from the right into the hash of the whole range. */
export function foldRight(hasher: TreeHasher, hashes: readonly Hash[]): Hash {
  const last = hashes.at(-1);
  if (last === undefined) return hasher.empty;
  return hashes.slice(0, -1).reduceRight((right, left) => hasher.node(left, right), last);
}

/** Hash of each range, in one read of all the nodes they need. */
export async function subtreeHashes(
  subtrees: readonly Subtree[],
  read: ReadNodes,
  hasher: TreeHasher,
): Promise<Hash[]> {
  const parts = subtrees.map(perfectNodes);
  const nodes = parts.flat();
  const hashes = await read(nodes);
  invariant(
    hashes.length === nodes.length,
    'LED-1 a node reader answers every node it is asked for',
  );
  let next = 0;
  return parts.map((part) => {
    const own = hashes.slice(next, next + part.length);
    next += part.length;
    return foldRight(hasher, own);
  });
}

/** Root of the tree over the first `size` leaves. */
export async function rootAt(size: number, read: ReadNodes, hasher: TreeHasher): Promise<Hash> {
  if (size === 0) return hasher.empty;
  const [root] = await subtreeHashes([{ from: 0, to: size }], read, hasher);
  invariant(root !== undefined, 'LED-1 one range has one hash');
  return root;
}
