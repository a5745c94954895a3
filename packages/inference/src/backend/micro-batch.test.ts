import { describe, expect, it } from 'vitest';
import {
  afterBatch,
  assumedBatchCost,
  batchLimits,
  batchMs,
  flushAtMs,
  type Joining,
  tierOfBatch,
} from './micro-batch.ts';

const measured = (batches: readonly (readonly [size: number, durationMs: number])[]) =>
  batches.reduce(
    (cost, [size, durationMs]) => afterBatch(cost, { size, durationMs }),
    assumedBatchCost,
  );
const member = (change: Partial<Joining>): Joining => ({
  ...{ tier: 2, sinceMs: 0, deadlineMs: 10_000 },
  ...change,
});

describe('the cost of a batch', () => {
  it('is learnt from batches of several sizes', () => {
    const sizes = Array.from({ length: 100 }, (_, i) => 1 + (i % 16));
    const cost = measured(sizes.map((size) => [size, 5 + 0.5 * size]));
    expect(cost.fixedMs).toBeCloseTo(5, 3);
    expect(cost.eachMs).toBeCloseTo(0.5, 3);
  });

  it('follows a server that became slower', () => {
    const before = Array.from({ length: 200 }, (_, i) => [1 + (i % 8), 2 + (i % 8)] as const);
    const after = Array.from({ length: 400 }, (_, i) => [1 + (i % 8), 20 + (i % 8)] as const);
    expect(batchMs(measured([...before, ...after]), 4)).toBeCloseTo(23, 0);
  });

  it('from batches of one size is right for that size', () => {
    expect(batchMs(measured(Array.from({ length: 100 }, () => [4, 12] as const)), 4)).toBeCloseTo(
      12,
    );
  });

  it('is never below nothing', () => {
    const cost = measured([...[[1, 10] as const], ...[[8, 1] as const], ...[[16, 0] as const]]);
    expect(Math.min(cost.eachMs, cost.fixedMs)).toBeGreaterThanOrEqual(0);
  });
});

describe('when a batch goes', () => {
  const cost = { ...assumedBatchCost, fixedMs: 4, eachMs: 1 };

  it.each([
    [3, 100],
    [2, 10],
    [1, 2],
    [0, 0],
  ] as const)('after its oldest of tier %d waited %d ms', (tier, waitMs) => {
    expect(flushAtMs([member({ tier })], cost)).toBe(waitMs);
  });

  it('at once where what is critical joins what can wait', () => {
    const members = [member({ tier: 3 }), member({ tier: 0, sinceMs: 1 })];
    expect(flushAtMs(members, cost)).toBe(1);
    expect(tierOfBatch(members)).toBe(0);
  });

  it('in time for the nearest deadline, with one more on board', () => {
    const members = [member({ tier: 3, deadlineMs: 50 }), member({ tier: 3 })];
    expect(flushAtMs(members, cost)).toBe(50 - (4 + 3));
  });

  it('when it is full', () => {
    const members = Array.from({ length: batchLimits.sizeMax }, () => member({ tier: 3 }));
    expect(flushAtMs(members, cost)).toBe(Number.NEGATIVE_INFINITY);
    expect(flushAtMs([], cost)).toBeNull();
  });
});
