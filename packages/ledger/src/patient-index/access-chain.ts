import type { Hash, Sha256 } from '../merkle/hash.ts';
import { HASH_BYTES } from '../merkle/hash.ts';

/** All entries of the log about one patient, in order, in 40 bytes. */
export interface AccessChain {
  readonly entries: number;
  /** SHA-256(0x02 || previous || position as 8 bytes), from 32 zero bytes. */
  readonly head: Hash;
}

export const EMPTY_CHAIN: AccessChain = { entries: 0, head: new Uint8Array(HASH_BYTES) };

/** The chain with one more entry at this position. */
export function extendChain(chain: AccessChain, position: number, sha256: Sha256): AccessChain {
  const input = new Uint8Array(1 + HASH_BYTES + 8);
  input[0] = 0x02;
  input.set(chain.head, 1);
  new DataView(input.buffer).setBigUint64(1 + HASH_BYTES, BigInt(position));
  return { entries: chain.entries + 1, head: sha256(input) };
}

/** The chain over these positions. */
export function chainOver(positions: readonly number[], sha256: Sha256): AccessChain {
  return positions.reduce((chain, at) => extendChain(chain, at, sha256), EMPTY_CHAIN);
}
