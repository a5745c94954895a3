/** Goal: blocks miss and repeat nothing. Method: any records, beside a comparison of all with all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NormalRecord, normalise } from '../normalise/normal-record.ts';
import { anyRecord } from '../testing/people.ts';
import { BlockIndex, type Pair } from './block-index.ts';
import { BLOCKING_KEYS } from './keys.ts';

const sharesKey = (one: NormalRecord, other: NormalRecord): boolean =>
  BLOCKING_KEYS.some(({ values }) => {
    const others = new Set(values(other));
    return values(one).some((value) => others.has(value));
  });

const text = (pairs: Iterable<Pair>): string[] => [...pairs].map(([a, b]) => `${a} ${b}`);

describe('a block index', () => {
  it('gives each pair that shares a value of some key, and gives it once', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 12 }), (list) => {
        const records = list.map(normalise);
        const found = text(new BlockIndex(records).pairs());
        const expected = records.flatMap((one, at) =>
          records.flatMap((other, otherAt) =>
            at < otherAt && sharesKey(one, other) ? [`${at} ${otherAt}`] : [],
          ),
        );
        expect(found.toSorted()).toEqual(expected.toSorted());
      }),
    );
  });

  it('gives some of the pairs, and none that is not one of them, of every n-th block', () => {
    fc.assert(
      fc.property(
        fc.array(anyRecord, { maxLength: 20 }),
        fc.integer({ min: 2, max: 5 }),
        (list, n) => {
          const index = new BlockIndex(list.map(normalise));
          const all = new Set(text(index.pairs()));
          const some = text(index.pairs(n));
          expect(some.filter((pair) => !all.has(pair))).toEqual([]);
          expect(new Set(some).size).toBe(some.length);
        },
      ),
    );
  });
});
