import { identityLimits } from '../limits.ts';
import type { NormalRecord } from '../normalise/normal-record.ts';
import { BLOCKING_KEYS, type BlockingKey } from './keys.ts';

/** Positions of two records in their list, the lower first. */
export type Pair = readonly [number, number];

/** The pairs that share a value of one key, without values that more than the limit share. */
export function* pairsByKey(
  records: readonly NormalRecord[],
  key: BlockingKey,
): Generator<Pair, void> {
  for (const block of blocksOf(records, key)) {
    if (block.length > identityLimits.recordsPerKey) continue;
    for (const [at, one] of block.entries())
      for (const other of block.slice(at + 1)) yield [one, other];
  }
}

/** Every pair that shares a value of some key, once. */
export function candidatePairs(
  records: readonly NormalRecord[],
  keys: readonly BlockingKey[] = BLOCKING_KEYS,
): readonly Pair[] {
  const seen = new Set<number>();
  const pairs: Pair[] = [];
  for (const key of keys) {
    for (const pair of pairsByKey(records, key)) {
      const code = pair[0] * records.length + pair[1];
      if (seen.has(code)) continue;
      seen.add(code);
      pairs.push(pair);
    }
  }
  return pairs;
}

function blocksOf(records: readonly NormalRecord[], key: BlockingKey): Iterable<number[]> {
  const blocks = new Map<string, number[]>();
  for (const [position, record] of records.entries()) {
    for (const value of new Set(key.values(record))) {
      const block = blocks.get(value);
      if (block === undefined) blocks.set(value, [position]);
      else block.push(position);
    }
  }
  return blocks.values();
}
