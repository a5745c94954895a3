import { seededRandom } from '@holdfast/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterFailure, backoffMs, reasonOf } from './retry-plan.ts';

const policies = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 50 }),
  firstDelayMs: fc.integer({ min: 1, max: 10_000 }),
  maxDelayMs: fc.integer({ min: 10_000, max: 1_000_000 }),
});

describe('retry plan', () => {
  it('waits at least half of the doubled delay and never longer than the longest', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 200 }), fc.integer(), (policy, n, seed) => {
        const full = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (n - 1));
        const delay = backoffMs(n, policy, seededRandom(seed));
        expect(delay).toBeGreaterThanOrEqual(full / 2);
        expect(delay).toBeLessThanOrEqual(full);
      }),
    );
  });

  it('gives an event exactly its attempts', () => {
    fc.assert(
      fc.property(policies, fc.integer(), (policy, seed) => {
        const kinds = Array.from(
          { length: policy.maxAttempts },
          (_, i) => afterFailure(i + 1, policy, seededRandom(seed)).kind,
        );
        expect(kinds.indexOf('dead')).toBe(policy.maxAttempts - 1);
      }),
    );
  });

  it('does not let streams that failed together come back together', () => {
    const random = seededRandom(5);
    const policy = { firstDelayMs: 100, maxDelayMs: 1_000 };
    const delays = Array.from({ length: 50 }, () => Math.round(backoffMs(3, policy, random)));
    expect(new Set(delays).size).toBeGreaterThan(30);
  });

  it('keeps a reason to one line of limited length', () => {
    const error = Object.assign(new RangeError('x'.repeat(99)), { code: '22003' });
    expect(reasonOf(error, 30)).toBe('RangeError 22003: xxxxxxxxxxxx');
    expect(reasonOf('plain', 3)).toBe('pla');
  });
});
