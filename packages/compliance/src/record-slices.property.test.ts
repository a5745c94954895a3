// Goal: each record of a period is visited once, newest first. Method: a log in memory, any density,
// any page size; slices are answered as the store answers them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RecordPosition, type Slice, SliceWalk } from './record-slices.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;

interface Record {
  readonly at: number;
  readonly id: string;
}

const before = (a: Record, b: RecordPosition): boolean => {
  const at = Date.parse(b.recorded);
  return a.at < at || (a.at === at && a.id < b.auditId);
};

const positionOf = ({ at, id }: Record): RecordPosition => ({
  recorded: new Date(at).toISOString(),
  auditId: id,
});

function answer(log: readonly Record[], { from, until, after }: Slice, limit: number) {
  return log
    .filter(({ at }) => at >= from && at < until)
    .filter((record) => after === null || before(record, after))
    .slice(0, limit);
}

/** Bursts, so that one slice holds many, and silence between them. */
const log = fc
  .array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 60 })), { maxLength: 6 })
  .map((bursts) =>
    bursts
      .flatMap(([daysAgo, many], burst) =>
        Array.from({ length: many }, (_, n) => ({
          at: NOW - daysAgo * DAY - Math.floor(n / 3),
          id: `${burst}-${String(n).padStart(3, '0')}`,
        })),
      )
      .toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)),
  );

describe('a walk back through the log', () => {
  it('visits each record of the period once, in order, from wherever a page began', () => {
    fc.assert(
      fc.property(
        fc.record({ log, limit: fc.integer({ min: 1, max: 50 }), wholeAtOnce: fc.boolean() }),
        fc.nat(200),
        (world, start) => {
          const period = { from: NOW - 30 * DAY, until: NOW + 1 };
          const inPeriod = world.log.filter(({ at }) => at >= period.from);
          const begun = inPeriod[start];
          const after = begun === undefined ? null : positionOf(begun);
          const walk = new SliceWalk(period, { after, wholeAtOnce: world.wholeAtOnce });
          const visited: Record[] = [];
          let looks = 0;
          for (let slice = walk.next(); slice !== null; slice = walk.next()) {
            const found = answer(world.log, slice, world.limit);
            visited.push(...found);
            const last = found.at(-1);
            walk.found(slice, found.length === world.limit && last ? positionOf(last) : null);
            looks += 1;
            expect(looks).toBeLessThan(2_000);
          }
          expect(visited).toEqual(begun === undefined ? inPeriod : inPeriod.slice(start + 1));
        },
      ),
    );
  });

  it('takes few looks over a silent year, and one with an index that gives the order', () => {
    const looksOver = (wholeAtOnce: boolean): number => {
      const walk = new SliceWalk(
        { from: NOW - 365 * DAY, until: NOW },
        { after: null, wholeAtOnce },
      );
      let looks = 0;
      for (let slice = walk.next(); slice !== null; slice = walk.next()) {
        walk.found(slice, null);
        looks += 1;
      }
      return looks;
    };
    expect(looksOver(false)).toBeLessThanOrEqual(14);
    expect(looksOver(true)).toBe(1);
  });
});
