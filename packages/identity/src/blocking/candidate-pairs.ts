import type { RecordList } from '../record-list.ts';
import { BlockIndex, type Pair } from './block-index.ts';
import { BLOCKING_KEYS, type BlockingKey } from './keys.ts';

/** Every pair that shares a value of some key, once. */
export const candidatePairs = (
  records: RecordList,
  keys: readonly BlockingKey[] = BLOCKING_KEYS,
): readonly Pair[] => [...new BlockIndex(records, keys).pairs()];
