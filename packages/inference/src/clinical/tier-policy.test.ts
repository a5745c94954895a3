import { describe, expect, it } from 'vitest';
import { defaultTierPolicy } from './default-tier-policy.ts';
import { assignTier } from './tier-policy.ts';

const signal = (id: string, value: number) => ({ id, value, source: 'test@1' });

describe('assignTier', () => {
  it.each([
    ['stat', 0],
    ['asap', 1],
    ['urgent', 1],
    ['routine', 2],
    ['background', 3],
    ['whenever', 2],
    ['constructor', 2],
    [null, 2],
  ])('a request of priority %s is tier %i', (requested, tier) => {
    expect(assignTier(defaultTierPolicy, [], requested).tier).toBe(tier);
  });

  it('takes the most urgent of all signals and records every one', () => {
    const decision = assignTier(
      defaultTierPolicy,
      [signal('phq-9-total', 12), signal('news2-total', 7), signal('unheard-of', 9)],
      'urgent',
    );
    expect(decision).toMatchObject({ tier: 0, requestedTier: 1, policy: 'holdfast-default@2' });
    expect(decision.contributions.map((row) => row.tier)).toEqual([2, 0, null]);
  });

  it('never answers less urgently than was asked for', () => {
    expect(assignTier(defaultTierPolicy, [signal('phq-9-total', 12)], 'stat').tier).toBe(0);
  });

  it.each([
    [4, 2],
    [5, 1],
    [6, 1],
    [7, 0],
  ])('NEWS2 of %i is tier %i', (value, tier) => {
    expect(assignTier(defaultTierPolicy, [signal('news2-total', value)], null).tier).toBe(tier);
  });

  it('raises background work on a critical signal', () => {
    const critical = [signal('interpretation-critical', 1)];
    expect(assignTier(defaultTierPolicy, critical, 'background').tier).toBe(0);
  });

  it('does not let a value that is no number reach a row', () => {
    const decision = assignTier(defaultTierPolicy, [signal('news2-total', Number.NaN)], null);
    expect(decision.contributions[0]?.tier).toBeNull();
  });
});
