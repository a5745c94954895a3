import { identityLimits } from '../limits.ts';
import type { NormalRecord } from '../normalise/normal-record.ts';
import { keyHash } from './key-hash.ts';
import { BLOCKING_KEYS } from './keys.ts';

/** One value of one key, as it is stored. */
export interface StoredKey {
  /** Place in `BLOCKING_KEYS`, which therefore only grows at its end. */
  readonly key: number;
  /** 60 bits of two hashes. */
  readonly value: bigint;
}

/** What a record is found under; at most as many values a key as the limit says. */
export function storedKeys(record: NormalRecord): readonly StoredKey[] {
  return BLOCKING_KEYS.flatMap(({ values }, key) =>
    [...new Set(values(record))].slice(0, identityLimits.valuesPerKey).map((value) => ({
      key,
      value: (BigInt(keyHash(value)) << 30n) | BigInt(keyHash(`${value}|`)),
    })),
  );
}
