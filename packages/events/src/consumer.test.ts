import { describe, expect, it } from 'vitest';
import { type Consumer, defineConsumer, lanesOf } from './consumer.ts';
import { EVENT_LIMITS } from './limits.ts';

const effect = async () => undefined;
const base: Consumer = { group: 'scores', handles: {}, effect };

describe('defineConsumer', () => {
  it('accepts what can work', () => {
    expect(defineConsumer(base)).toBe(base);
    expect(lanesOf(base)).toBe(1);
    const slowest = { ...base, gatherMs: EVENT_LIMITS.gatherMs };
    expect(defineConsumer(slowest)).toBe(slowest);
    expect(lanesOf({ ...base, external: effect })).toBeGreaterThan(1);
  });

  it.each<[string, Consumer]>([
    ['a name that is not kebab case', { ...base, group: 'Scores!' }],
    ['no lane', { ...base, lanes: 0 }],
    ['a fraction of a lane', { ...base, lanes: 1.5 }],
    ['no attempt', { ...base, retry: { maxAttempts: 0, firstDelayMs: 1, maxDelayMs: 1 } }],
    ['no event', { ...base, eventsPerTransaction: 0 }],
    ['a pause below nothing', { ...base, gatherMs: -1 }],
    ['a pause beyond the longest', { ...base, gatherMs: EVENT_LIMITS.gatherMs + 1 }],
    ['no delay', { ...base, retry: { maxAttempts: 1, firstDelayMs: 0, maxDelayMs: 1 } }],
    ['no effect', { group: 'scores', handles: {} }],
  ])('refuses %s', (_, consumer) => {
    expect(() => defineConsumer(consumer)).toThrow(TypeError);
  });
});
