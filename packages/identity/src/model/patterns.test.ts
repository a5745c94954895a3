import { describe, expect, it } from 'vitest';
import { BlockIndex } from '../blocking/block-index.ts';
import { BLOCKING_KEYS } from '../blocking/keys.ts';
import { population } from '../testing/people.ts';
import { patternsOf, spreadPairs } from './patterns.ts';

const counted = (patterns: readonly { readonly count: number }[]): number =>
  patterns.reduce((sum, { count }) => sum + count, 0);

describe('patterns', () => {
  const records = population();
  const index = new BlockIndex(records);
  const pairs = BLOCKING_KEYS.flatMap((_, at) => [...index.pairsOfKey(at)]);

  it('count every pair once, and no more pairs than were asked for', () => {
    expect(counted(patternsOf(records, pairs, pairs.length))).toBe(pairs.length);
    expect(counted(patternsOf(records, pairs, pairs.length - 1))).toBe(pairs.length - 1);
  });

  it('are fewer than the pairs: those that compare alike are one', () => {
    expect(patternsOf(records, pairs, pairs.length).length).toBeLessThan(pairs.length / 2);
  });
});

describe('spread pairs', () => {
  it.each([2, 3, 10, 101])('of %d records meet every record and pair none with itself', (count) => {
    const pairs = [...spreadPairs(count, 1_000)];
    expect(pairs.length).toBeGreaterThanOrEqual(1_000);
    expect(pairs.filter(([one, other]) => one >= other || other >= count)).toEqual([]);
    expect(new Set(pairs.flat()).size).toBe(count);
  });

  it('of fewer than two records are none', () => {
    expect([...spreadPairs(1, 1_000)]).toEqual([]);
  });
});
