import { hash } from 'node:crypto';
import { type Sha256, treeHasher } from '../merkle/hash.ts';

/** SHA-256 of the platform, in one call. */
export const sha256: Sha256 = (data) => hash('sha256', data, 'buffer');

/** RFC 9162 hashing on the platform's SHA-256. */
export const nodeTreeHasher = treeHasher(sha256);
