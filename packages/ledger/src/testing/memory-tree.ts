import type { Hash, TreeHasher } from '../merkle/hash.ts';
import { type ReadNodes, splitPoint } from '../merkle/subtree.ts';

/** MTH of RFC 9162 section 2.1.1, word for word: the reference everything else is held against. */
export function recursiveRoot(leafHashes: readonly Hash[], hasher: TreeHasher): Hash {
  const [only] = leafHashes;
  if (only === undefined) return hasher.empty;
  if (leafHashes.length === 1) return only;
  const k = splitPoint(leafHashes.length);
  return hasher.node(
    recursiveRoot(leafHashes.slice(0, k), hasher),
    recursiveRoot(leafHashes.slice(k), hasher),
  );
}

/** Reads nodes of a tree held in memory, by recomputing them. */
export function memoryNodes(leafHashes: readonly Hash[], hasher: TreeHasher): ReadNodes {
  return async (nodes) =>
    nodes.map(({ level, index }) => {
      const width = 2 ** level;
      return recursiveRoot(leafHashes.slice(index * width, (index + 1) * width), hasher);
    });
}

/** Distinct entries `entry 0`, `entry 1`, ... */
export function numberedEntries(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => new TextEncoder().encode(`entry ${i}`));
}
