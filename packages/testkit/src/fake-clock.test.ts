import { expect, it } from 'vitest';
import { fakeClock } from './fake-clock.ts';

it('stands still until it is moved, and then moves both times together', () => {
  const clock = fakeClock('2026-03-01T08:00:00Z');
  expect(clock.now()).toEqual(clock.now());
  clock.advance(1_500);
  expect(clock.now().toISOString()).toBe('2026-03-01T08:00:01.500Z');
  expect(clock.monotonicMs()).toBe(1_500);
});

it('lets the wall clock jump, and never monotonic time', () => {
  const clock = fakeClock();
  clock.setWall('1999-12-31T00:00:00Z');
  expect(clock.now().getUTCFullYear()).toBe(1999);
  expect(clock.monotonicMs()).toBe(0);
  expect(() => clock.advance(-1)).toThrow(RangeError);
});
