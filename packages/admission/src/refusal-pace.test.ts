import { describe, expect, it } from 'vitest';
import {
  REFUSAL_BURST,
  REFUSAL_HELD_MOST_MS,
  REFUSAL_HELD_PART,
  REFUSALS_PER_SECOND,
} from './limits.ts';
import { RefusalPace } from './refusal-pace.ts';

describe('ADM-6 the pace of refusals', () => {
  it('answers the first at once, and again those that come seldom', () => {
    const pace = new RefusalPace();
    const burst = Array.from({ length: REFUSAL_BURST }, () => pace.hold(5_000));
    expect(burst.every((heldMs) => heldMs === 0)).toBe(true);
    for (let second = 10; second < 15; second++) expect(pace.hold(second * 1_000)).toBe(0);
  });

  it('holds what comes faster than the pace, in turn', () => {
    const pace = new RefusalPace();
    const dueMs = Array.from({ length: REFUSAL_BURST + 20 }, () => pace.hold(0));
    expect(dueMs.slice(REFUSAL_BURST)).toEqual(
      Array.from({ length: 20 }, (_, n) => ((n + 1) * 1_000) / REFUSALS_PER_SECOND),
    );
  });

  it('holds nobody longer than Retry-After would, however many come', () => {
    const pace = new RefusalPace();
    for (let n = 0; n < 10 * REFUSALS_PER_SECOND; n++) {
      expect(pace.hold(n / 100)).toBeLessThanOrEqual(REFUSAL_HELD_MOST_MS);
    }
    expect(pace.hold(20)).toBeGreaterThanOrEqual(REFUSAL_HELD_PART * REFUSAL_HELD_MOST_MS);
  });

  it('spreads a crowd that comes at once, so that it does not come back at once', () => {
    const pace = new RefusalPace();
    const crowd = Array.from({ length: 1_000 }, () => pace.hold(0));
    const beyond = crowd.slice(REFUSAL_BURST + REFUSALS_PER_SECOND);
    const tenths = new Map<number, number>();
    for (const heldMs of beyond) {
      const tenth = Math.floor(heldMs / 50);
      tenths.set(tenth, (tenths.get(tenth) ?? 0) + 1);
    }
    expect(tenths.size).toBe(10);
    expect(Math.max(...tenths.values())).toBeLessThan((1.2 * beyond.length) / 10);
  });

  it('forgets a flood as soon as it is over', () => {
    const pace = new RefusalPace();
    for (let n = 0; n < 100_000; n++) pace.hold(0);
    expect(pace.hold(2 * REFUSAL_HELD_MOST_MS)).toBe(0);
  });
});
