import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from './runs.ts';
import { seededRandom } from './seeded-random.ts';

it('repeats itself for the same seed and differs for another', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (a, b) => {
      const bytesOf = (seed: number) => [...seededRandom(seed).bytes(16)];
      expect(bytesOf(a)).toEqual(bytesOf(a));
      if (a !== b) expect(bytesOf(a)).not.toEqual(bytesOf(b));
    }),
    { numRuns: runs(100) },
  );
});

it('spreads over its whole range: every fifth of 10,000 draws is near 2,000', () => {
  const random = seededRandom(1);
  const fifths = [0, 0, 0, 0, 0];
  for (let i = 0; i < 10_000; i++) {
    const fifth = random.below(5);
    fifths[fifth] = (fifths[fifth] ?? 0) + 1;
  }
  for (const count of fifths) expect(Math.abs(count - 2_000)).toBeLessThan(200);
});

it('stays within its bounds', () => {
  const random = seededRandom(2);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), (bound) => {
      const drawn = random.below(bound);
      expect(drawn).toBeGreaterThanOrEqual(0);
      expect(drawn).toBeLessThan(bound);
    }),
    { numRuns: runs(200) },
  );
  expect(() => random.pick([])).toThrow(RangeError);
});
