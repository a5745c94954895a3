import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateRange } from './date-range.ts';

const instants = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-30T00:00:00Z'),
  noInvalidDate: true,
});

describe('dateRange', () => {
  it('agrees with the platform on the start of every instant', () => {
    fc.assert(
      fc.property(instants, (date) => {
        const text = date.toISOString();
        expect(dateRange(text)).toEqual({ start: date.getTime(), end: date.getTime() + 1 });
      }),
    );
  });

  it('widens as precision is lost, always around the finer range', () => {
    fc.assert(
      fc.property(instants, (date) => {
        const iso = date.toISOString();
        const texts = [4, 7, 10].map((length) => iso.slice(0, length));
        texts.push(`${iso.slice(0, 19)}Z`, `${iso.slice(0, 21)}Z`, iso);
        const ranges = texts.map((text) => dateRange(text));
        for (let i = 1; i < ranges.length; i++) {
          const [outer, inner] = [ranges[i - 1], ranges[i]];
          expect(outer?.start).toBeLessThanOrEqual(inner?.start ?? Number.NaN);
          expect(outer?.end).toBeGreaterThanOrEqual(inner?.end ?? Number.NaN);
        }
      }),
    );
  });

  it('shifts by the time zone', () => {
    const utc = dateRange('2024-03-01T10:00:00Z');
    expect(dateRange('2024-03-01T12:30:00+02:30')).toEqual(utc);
    expect(dateRange('2024-02-29T22:00:00-12:00')).toEqual(utc);
  });

  it('tiles the calendar: a month ends where the next begins', () => {
    for (let month = 1; month < 12; month++) {
      const name = (n: number) => `2024-${String(n).padStart(2, '0')}`;
      expect(dateRange(name(month))?.end).toBe(dateRange(name(month + 1))?.start);
    }
    expect(dateRange('2024-12')?.end).toBe(dateRange('2025')?.start);
  });

  it.each([
    '',
    '24',
    '2024-00',
    '2023-02-29',
    '2024-01-01T24:00:00Z',
    '2024-1-1',
    'now',
    '2024-01-01T10',
  ])('refuses %j', (text) => {
    expect(dateRange(text)).toBeUndefined();
  });
});
