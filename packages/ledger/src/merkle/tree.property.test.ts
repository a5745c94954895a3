import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeTreeHasher as hasher } from '../sha256/node.ts';
import { memoryNodes, numberedEntries, recursiveRoot } from '../testing/memory-tree.ts';
import { TileFrontier } from '../tiles/tile-frontier.ts';
import { CompactRange } from './compact-range.ts';
import { proveConsistency, verifyConsistency } from './consistency.ts';
import { proveInclusion, verifyInclusion } from './inclusion.ts';
import { rootAt } from './subtree.ts';

const MOST = 130;
const leaves = numberedEntries(MOST).map((entry) => hasher.leaf(entry));
const read = memoryNodes(leaves, hasher);
const size = fc.integer({ min: 1, max: MOST });

function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const altered = Uint8Array.from(bytes);
  altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return altered;
}

const bit = fc.integer({ min: 0, max: 255 });

describe('LED-1 the tree is the tree of RFC 9162', () => {
  it('a compact range has the root of the recursive definition at every size', async () => {
    const range = new CompactRange(hasher);
    for (let n = 0; n <= MOST; n++) {
      const root = recursiveRoot(leaves.slice(0, n), hasher);
      expect(range.root()).toEqual(root);
      expect(await rootAt(n, read, hasher)).toEqual(root);
      const leaf = leaves[n];
      if (leaf !== undefined) range.append(leaf);
    }
  });

  it('every leaf is proved, and no altered proof, leaf, root or position is', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), fc.nat(), bit, async (n, at, which, flipped) => {
        const index = at % n;
        const proof = await proveInclusion({ index, size: n }, read, hasher);
        const leafHash = leaves[index] ?? hasher.empty;
        const claim = {
          index,
          size: n,
          leafHash,
          root: recursiveRoot(leaves.slice(0, n), hasher),
          proof,
        };
        expect(verifyInclusion(claim, hasher)).toBe(true);

        expect(verifyInclusion({ ...claim, leafHash: flipBit(leafHash, flipped) }, hasher)).toBe(
          false,
        );
        expect(verifyInclusion({ ...claim, root: flipBit(claim.root, flipped) }, hasher)).toBe(
          false,
        );
        expect(verifyInclusion({ ...claim, proof: [...proof, hasher.empty] }, hasher)).toBe(false);
        expect(verifyInclusion({ ...claim, index: n }, hasher)).toBe(false);
        if (n > 1) {
          expect(verifyInclusion({ ...claim, index: (index + 1) % n }, hasher)).toBe(false);
          const altered = proof.with(
            which % proof.length,
            flipBit(proof[which % proof.length] ?? leafHash, flipped),
          );
          expect(verifyInclusion({ ...claim, proof: altered }, hasher)).toBe(false);
          expect(verifyInclusion({ ...claim, proof: proof.slice(1) }, hasher)).toBe(false);
        }
      }),
    );
  });

  it('every growth is proved, and no altered proof or root is', async () => {
    await fc.assert(
      fc.asyncProperty(size, size, fc.nat(), bit, async (a, b, which, flipped) => {
        const [older, newer] = a < b ? [a, b] : [b, a];
        const proof = await proveConsistency({ older, newer }, read, hasher);
        const olderRoot = recursiveRoot(leaves.slice(0, older), hasher);
        const newerRoot = recursiveRoot(leaves.slice(0, newer), hasher);
        const claim = { older, newer, olderRoot, newerRoot, proof };
        expect(verifyConsistency(claim, hasher)).toBe(true);

        expect(
          verifyConsistency({ ...claim, olderRoot: flipBit(olderRoot, flipped) }, hasher),
        ).toBe(false);
        expect(
          verifyConsistency({ ...claim, newerRoot: flipBit(newerRoot, flipped) }, hasher),
        ).toBe(false);
        expect(verifyConsistency({ ...claim, proof: [...proof, hasher.empty] }, hasher)).toBe(
          false,
        );
        if (proof.length > 0) {
          const at = which % proof.length;
          const altered = proof.with(at, flipBit(proof[at] ?? olderRoot, flipped));
          expect(verifyConsistency({ ...claim, proof: altered }, hasher)).toBe(false);
          expect(verifyConsistency({ ...claim, proof: proof.slice(1) }, hasher)).toBe(false);
        }
      }),
    );
  });

  it('a history that was rewritten has no consistency proof', async () => {
    const rewritten = leaves.with(3, hasher.leaf(Buffer.from('another')));
    const olderRoot = recursiveRoot(leaves.slice(0, 20), hasher);
    const newerRoot = recursiveRoot(rewritten.slice(0, 50), hasher);
    const growth = { older: 20, newer: 50 };
    const proof = await proveConsistency(growth, memoryNodes(rewritten, hasher), hasher);
    expect(verifyConsistency({ ...growth, olderRoot, newerRoot, proof }, hasher)).toBe(false);
  });
});

describe('tiles', () => {
  it('a frontier resumed from its incomplete tiles goes on as if it had never stopped', () => {
    const many = numberedEntries(70_000).map((entry) => hasher.leaf(entry));
    const range = new CompactRange(hasher);
    const rows: Uint8Array[][] = [];
    let frontier = new TileFrontier(hasher);
    many.forEach((leaf, i) => {
      range.append(leaf);
      (rows[0] ??= []).push(leaf);
      for (const tile of frontier.append(leaf)) {
        expect(tile.hashes).toHaveLength(8192);
        rows[tile.level] = [];
        (rows[tile.level + 1] ??= []).push(tile.root);
      }
      if (i % 9973 === 0 || i === 65_535) {
        frontier = new TileFrontier(hasher, rows);
        expect(frontier.root()).toEqual(range.root());
      }
    });
    expect(frontier.size).toBe(70_000);
    expect(rows.map((row) => row.length)).toEqual([112, 17, 1]);
  });
});
