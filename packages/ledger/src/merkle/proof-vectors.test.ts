import { describe, expect, it } from 'vitest';
import { nodeTreeHasher } from '../sha256/node.ts';
import { readVector, vectorPaths, vectorsPresent } from '../testing/vectors.ts';
import { verifyConsistency } from './consistency.ts';
import { verifyInclusion } from './inclusion.ts';

interface InclusionVector {
  leafIdx: number;
  treeSize: number;
  root: string | null;
  leafHash: string | null;
  proof: string[] | null;
  wantErr: boolean;
}

interface ConsistencyVector {
  size1: number;
  size2: number;
  root1: string | null;
  root2: string | null;
  proof: string[] | null;
  wantErr: boolean;
}

/** Accepted by the publisher, refused here on purpose: its "roots" are 12 bytes, not SHA-256. */
const REFUSED_BY_POLICY: ReadonlySet<string> = new Set([
  'consistency/additional/sizes-are-equal-one-and-proof-is-empty.json',
]);

const bytes = (text: string | null) => Buffer.from(text ?? '', 'base64');

function parse<Vector>(path: string): Vector {
  return JSON.parse(readVector(path).toString('utf8')) as Vector;
}

function expected(path: string, wantErr: boolean): boolean {
  return REFUSED_BY_POLICY.has(path) ? false : !wantErr;
}

describe.skipIf(!vectorsPresent)('the public proof vectors', () => {
  it.each(vectorPaths('inclusion'))('%s is judged as published', (path) => {
    const vector = parse<InclusionVector>(path);
    const claim = {
      index: vector.leafIdx,
      size: vector.treeSize,
      leafHash: bytes(vector.leafHash),
      root: bytes(vector.root),
      proof: (vector.proof ?? []).map(bytes),
    };
    expect(verifyInclusion(claim, nodeTreeHasher)).toBe(expected(path, vector.wantErr));
  });

  it.each(vectorPaths('consistency'))('%s is judged as published', (path) => {
    const vector = parse<ConsistencyVector>(path);
    const claim = {
      older: vector.size1,
      newer: vector.size2,
      olderRoot: bytes(vector.root1),
      newerRoot: bytes(vector.root2),
      proof: (vector.proof ?? []).map(bytes),
    };
    expect(verifyConsistency(claim, nodeTreeHasher)).toBe(expected(path, vector.wantErr));
  });

  it('runs all of them, and every policy exception is a vector that says the opposite', () => {
    const paths = [...vectorPaths('inclusion'), ...vectorPaths('consistency')];
    expect(paths).toHaveLength(196);
    for (const path of REFUSED_BY_POLICY) {
      expect(parse<{ wantErr: boolean }>(path).wantErr, path).toBe(false);
    }
  });
});
