import { CompactRange } from '../merkle/compact-range.ts';
import type { Hash, TreeHasher } from '../merkle/hash.ts';
import { hashOver, joinHashes, tilePeaks } from './hash-tile.ts';
import { TILE_WIDTH } from './tile-path.ts';

/** A tile that is complete and will never change. */
export interface FullTile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Uint8Array;
  /** Root over its hashes: its place in the tile one level up. */
  readonly root: Hash;
}

/** The right edge of a tiled log: the incomplete tile of each level, and the tree's peaks. */
export class TileFrontier {
  readonly #hasher: TreeHasher;
  readonly #range: CompactRange;
  readonly #incomplete: Hash[][];

  /** @param incomplete hashes of each level's incomplete tile, from level 0 up (each under 256) */
  constructor(hasher: TreeHasher, incomplete: readonly (readonly Hash[])[] = []) {
    const size = incomplete.reduce((sum, row, level) => sum + row.length * TILE_WIDTH ** level, 0);
    const peaks = incomplete.toReversed().flatMap((row) => tilePeaks(row, hasher));
    this.#hasher = hasher;
    this.#range = new CompactRange(hasher, size, peaks);
    this.#incomplete = incomplete.map((row) => [...row]);
  }

  get size(): number {
    return this.#range.size;
  }

  root(): Hash {
    return this.#range.root();
  }

  /** @returns the tiles this leaf completed, lowest first */
  append(leafHash: Hash): FullTile[] {
    this.#range.append(leafHash);
    const completed: FullTile[] = [];
    let hash = leafHash;
    for (let level = 0; ; level++) {
      const row = this.#incomplete[level] ?? [];
      this.#incomplete[level] = row;
      row.push(hash);
      if (row.length < TILE_WIDTH) return completed;
      const root = hashOver(row, this.#hasher);
      const index = this.#range.size / TILE_WIDTH ** (level + 1) - 1;
      completed.push({ level, index, hashes: joinHashes(row), root });
      this.#incomplete[level] = [];
      hash = root;
    }
  }
}
