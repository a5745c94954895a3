import { describe, expect, it } from 'vitest';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { WINDOW_ANSWERS } from './limits.ts';
import { LowerCeiling } from './lower-ceiling.ts';
import { ServiceTimes } from './service-times.ts';

const bounds = { least: 4, first: 8, most: 16 };

function after(windows: number, slowness: number, inService: (value: number) => number): number {
  const limit = new ConcurrencyLimit(bounds);
  for (let i = 0; i < windows * WINDOW_ANSWERS; i++)
    limit.observe(slowness, inService(limit.value));
  return limit.value;
}

describe('ConcurrencyLimit', () => {
  it('grows while nobody queues, up to its bound', () => {
    expect(after(3, 1, (value) => value)).toBe(11);
    expect(after(50, 1, (value) => value)).toBe(bounds.most);
  });

  it('shrinks while requests queue behind one another, down to its bound', () => {
    expect(after(2, 3, (value) => value)).toBe(6);
    expect(after(50, 3, (value) => value)).toBe(bounds.least);
  });

  it('stays where it was not reached: nothing was learnt about a higher one', () => {
    expect(after(10, 1, () => 2)).toBe(bounds.first);
  });
});

describe('ServiceTimes', () => {
  it('measures each kind against its own mean', () => {
    const times = new ServiceTimes();
    expect(times.slowness('read', 2, 1)).toBe(1);
    expect(times.slowness('search', 20, 1)).toBe(1);
    expect(times.slowness('read', 4, 8)).toBe(2);
    expect(times.slowness('search', 30, 8)).toBe(1.5);
  });

  it('learns from undisturbed answers only, so that an overload never becomes the norm', () => {
    const times = new ServiceTimes();
    times.slowness('read', 2, 1);
    for (let i = 0; i < 1_000; i++) times.slowness('read', 20, 8);
    expect(times.slowness('read', 20, 8)).toBe(10);
    for (let i = 0; i < 1_000; i++) times.slowness('read', 4, 1);
    expect(times.slowness('read', 4, 8)).toBeCloseTo(1, 5);
  });
});

describe('LowerCeiling', () => {
  const pressed = (ceiling: LowerCeiling, slowness: number, answers: number): void => {
    for (let i = 0; i < answers; i++) ceiling.observe(true, slowness, 8);
  };

  it('takes slots from the others while care-now is slow, down to one, and gives them back', () => {
    const ceiling = new LowerCeiling(8);
    pressed(ceiling, 3, 8 * 20);
    expect(ceiling.value).toBe(1);
    pressed(ceiling, 1, 8 * 3);
    expect(ceiling.value).toBe(4);
  });

  it('gives way at once, from where it holds anybody back', () => {
    const ceiling = new LowerCeiling(16);
    for (let i = 0; i < 8; i++) ceiling.observe(true, 3, 9);
    expect(ceiling.value).toBe(6);
    pressed(ceiling, 3, 8);
    expect(ceiling.value).toBe(4);
  });

  it('gives them back where no care-now arrives at all', () => {
    const ceiling = new LowerCeiling(8);
    pressed(ceiling, 3, 8 * 20);
    for (let i = 0; i < WINDOW_ANSWERS * 2; i++) ceiling.observe(false, 5, 8);
    expect(ceiling.value).toBe(3);
  });
});
