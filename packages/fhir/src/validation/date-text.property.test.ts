// Goal: the reader by character agrees with the expressions R4 publishes, cut down to days that the
// calendar has. Method: texts near real dates, with characters changed, dropped and added.
import { runs } from '@holdfast/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definitions } from '../definitions.ts';
import { dateRange } from '../search/date-range.ts';
import { isDateText } from './date-text.ts';

const TYPES = ['date', 'dateTime', 'instant'] as const;

function byExpression(text: string, type: (typeof TYPES)[number]): boolean {
  const source = definitions().primitives[type]?.regex ?? '';
  return new RegExp(`^(?:${source})$`).test(text) && dateRange(text) !== undefined;
}

const digits = (length: number) =>
  fc.integer({ min: 0, max: 10 ** length - 1 }).map((n) => String(n).padStart(length, '0'));
const two = fc.oneof(
  digits(2),
  fc.integer({ min: 1, max: 12 }).map((n) => String(n).padStart(2, '0')),
);
const zone = fc.oneof(
  fc.constantFrom('', 'Z', '+14:00', '+14:30', '-00:00'),
  fc.tuple(two, two).map(([h, m]) => `+${h}:${m}`),
);
const fraction = fc.constantFrom('', '.1', '.123456', '.');
const arbitraryText = fc
  .tuple(
    fc.tuple(digits(4), two, two),
    fc.tuple(two, two, two),
    fc.tuple(fraction, zone),
    fc.integer({ min: 4, max: 40 }),
  )
  .map(([[y, mo, d], [h, mi, s], [f, z], cut]) =>
    `${y}-${mo}-${d}T${h}:${mi}:${s}${f}${z}`.slice(0, cut),
  );
const damaged = fc
  .tuple(arbitraryText, fc.nat(30), fc.constantFrom('', '-', ':', 'T', '0', ' ', 'é'))
  .map(([text, at, sign]) => text.slice(0, at) + sign + text.slice(at + 1));

describe('a date by character', () => {
  it('is one exactly where the published expression and the calendar say so', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryText, damaged), fc.constantFrom(...TYPES), (text, type) => {
        expect(isDateText(text, type), text).toBe(byExpression(text, type));
      }),
      { numRuns: runs(5000) },
    );
  });

  it('knows leap years and the ends of months', () => {
    expect(
      ['2024-02-29', '2000-02-29', '2023-12-31'].every((text) => isDateText(text, 'date')),
    ).toBe(true);
    expect(
      ['2023-02-29', '1900-02-29', '2023-04-31', '0000-01-01'].some((text) =>
        isDateText(text, 'date'),
      ),
    ).toBe(false);
  });
});
