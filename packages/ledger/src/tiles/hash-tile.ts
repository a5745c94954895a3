import { invariant } from '@holdfast/kernel';
import { HASH_BYTES, type Hash, type TreeHasher } from '../merkle/hash.ts';
import { foldRight, type NodeId, perfectNodes } from '../merkle/subtree.ts';
import { TILE_HEIGHT, TILE_WIDTH } from './tile-path.ts';

/** A hash tile's content: its hashes one after the other. */
export function joinHashes(hashes: readonly Hash[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES);
  hashes.forEach((hash, i) => bytes.set(hash, i * HASH_BYTES));
  return bytes;
}

export function splitHashes(bytes: Uint8Array): Hash[] {
  invariant(bytes.length % HASH_BYTES === 0, 'LED-2 a tile is whole hashes');
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}

/** The hashes within one tile that a tree node is the root of. */
export interface TileSpan {
  readonly level: number;
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

/** Where a tree node lies in the tiles; nodes that are a tile's root are found one tile level up. */
export function tileSpan({ level, index }: NodeId): TileSpan {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const width = 2 ** (level % TILE_HEIGHT);
  const start = index * width;
  const from = start % TILE_WIDTH;
  return { level: tileLevel, index: Math.floor(start / TILE_WIDTH), from, to: from + width };
}

/** Root of the subtree over up to 256 neighbouring hashes of a tile. */
export function hashOver(hashes: readonly Hash[], hasher: TreeHasher): Hash {
  let row = [...hashes];
  while (row.length > 1) {
    const above: Hash[] = [];
    for (let i = 0; i < row.length; i += 2) {
      const [left, right] = [row[i], row[i + 1]];
      if (left !== undefined) above.push(right === undefined ? left : hasher.node(left, right));
    }
    row = above;
  }
  return foldRight(hasher, row);
}

/** The peaks (see `CompactRange`) of the hashes of an incomplete tile. */
export function tilePeaks(hashes: readonly Hash[], hasher: TreeHasher): Hash[] {
  return perfectNodes({ from: 0, to: hashes.length }).map(({ level, index }) =>
    hashOver(hashes.slice(index * 2 ** level, (index + 1) * 2 ** level), hasher),
  );
}
