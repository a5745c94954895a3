import { createHash, hash } from 'node:crypto';
import { type Sha256, treeHasher } from '../merkle/hash.ts';

/** SHA-256 of the platform, in one call. */
export const sha256: Sha256 = (data) => hash('sha256', data, 'buffer');

/** SHA-256 over several pieces without joining them. */
export function sha256Of(...pieces: readonly (Uint8Array | string)[]): Buffer {
  const digest = createHash('sha256');
  for (const piece of pieces) digest.update(piece);
  return digest.digest();
}

/** RFC 9162 hashing on the platform's SHA-256. */
export const nodeTreeHasher = treeHasher(sha256);
