import type { RecordedEvent } from '@holdfast/events';
import { fakeClock } from '@holdfast/testkit';
import { describe, expect, it } from 'vitest';
import { HandlingTimes } from './handling-times.ts';
import { HANDLING_TIMES_KEPT } from './limits.ts';

describe('HandlingTimes', () => {
  it('keeps the slowest group of each of the newest events', () => {
    const clock = fakeClock();
    const times = new HandlingTimes(clock);
    const occurredAt = clock.now();
    const event = (eventId: string) => ({ eventId, occurredAt }) as RecordedEvent;
    expect(times.lagMs('a')).toBeNull();
    clock.advance(40);
    times.handled([event('a')]);
    clock.advance(20);
    times.handled([event('a')]);
    expect(times.lagMs('a')).toBe(60);
    for (let n = 0; n < HANDLING_TIMES_KEPT; n++) times.handled([event(`e${n}`)]);
    expect(times.lagMs('a')).toBeNull();
  });
});
