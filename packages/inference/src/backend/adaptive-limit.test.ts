import { describe, expect, it } from 'vitest';
import { adaptiveLimits, afterAnswerIn, afterRefusal, freshLimit } from './adaptive-limit.ts';

/** A server of so many slots: more at once than that wait for each other. */
function settled(slots: number, serviceMs: number, from = freshLimit(adaptiveLimits)) {
  let now = from;
  for (let i = 0; i < 3_000; i++) {
    const inFlight = Math.max(1, Math.floor(now.limit));
    const latencyMs = serviceMs * Math.max(1, inFlight / slots);
    now = afterAnswerIn(now, { latencyMs, inFlight }, adaptiveLimits);
  }
  return now;
}

describe('the adaptive limit', () => {
  it.each([2, 8, 24])('comes near what a server of %d slots takes, and stays', (slots) => {
    const { limit } = settled(slots, 10);
    expect(limit).toBeGreaterThanOrEqual(slots * 0.8);
    expect(limit).toBeLessThanOrEqual(Math.max(slots * 3, slots + 8));
  });

  it('does not grow where it is not used', () => {
    let now = freshLimit(adaptiveLimits);
    for (let i = 0; i < 500; i++)
      now = afterAnswerIn(now, { latencyMs: 5, inFlight: 1 }, adaptiveLimits);
    expect(now.limit).toBe(adaptiveLimits.first);
  });

  it('stays within its bounds whatever comes', () => {
    let now = freshLimit(adaptiveLimits);
    for (let i = 0; i < 200; i++) now = afterRefusal(now, adaptiveLimits);
    expect(now.limit).toBe(adaptiveLimits.least);
    for (let i = 0; i < 9_000; i++) {
      now = afterAnswerIn(now, { latencyMs: 1, inFlight: 64 }, adaptiveLimits);
    }
    expect(now.limit).toBe(adaptiveLimits.most);
  });
});
