import type { Pair } from '../blocking/block-index.ts';
import { type Comparison, compare, FIELDS } from '../compare/comparison.ts';
import { nearness } from '../compare/level.ts';
import type { RecordList } from '../record-list.ts';

/** More than there are levels; twelve fields of them fill 36 bits of an exact number. */
const LEVEL_CODES = 8;

/** Pairs that compare alike, counted: training looks at each pattern once, however many pairs. */
export interface Pattern {
  readonly comparison: Comparison;
  readonly count: number;
}

/** Compares at most `most` of the pairs and counts them by pattern. */
export function patternsOf(
  records: RecordList,
  pairs: Iterable<Pair>,
  most: number,
): readonly Pattern[] {
  const patterns = new Map<number, { comparison: Comparison; count: number }>();
  let taken = 0;
  for (const [at, otherAt] of pairs) {
    const one = records.at(at);
    const other = records.at(otherAt);
    if (one === undefined || other === undefined) continue;
    if (taken++ === most) break;
    const comparison = compare(one, other);
    let key = 0;
    for (const field of FIELDS) key = key * LEVEL_CODES + nearness(comparison[field]);
    const pattern = patterns.get(key);
    if (pattern === undefined) patterns.set(key, { comparison, count: 1 });
    else pattern.count++;
  }
  return [...patterns.values()];
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Pairs spread evenly over the list. The steps follow the golden ratio, so that no draw of random
 * numbers is needed and the same records always train the same parameters.
 */
export function* spreadPairs(records: number, pairs: number): Generator<Pair, void> {
  if (records < 2) return;
  for (let round = 1; round <= Math.ceil(pairs / records); round++) {
    const step = 1 + Math.floor(((round * GOLDEN) % 1) * (records - 1));
    for (let at = 0; at < records; at++) {
      const other = (at + step) % records;
      yield at < other ? [at, other] : [other, at];
    }
  }
}
