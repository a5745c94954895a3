import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { MAX_CACHED_UNITS, MAX_UNIT_CHARACTERS } from '../limits.ts';
import { canonicalUnit } from './canonical-unit.ts';

const parts = [
  ...['mg', 'mm[Hg]', '[iU]', '10*', '10^', '{score}', 'Cel', '[pH]', 'B[SPL]', '(m.s2)', 'm2'],
  ...[
    '(',
    ')',
    '()',
    '{',
    '}',
    '[',
    ']',
    '.',
    '/',
    '-',
    '+',
    '*',
    '^',
    '%',
    "'",
    '"',
    '3',
    ' ',
    'µ',
  ],
];
const unitText = fc.array(fc.constantFrom(...parts), { maxLength: 8 }).map((some) => some.join(''));

describe('a canonical unit', () => {
  it('takes any text in silence: what the data says must not reach the log', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    fc.assert(
      fc.property(unitText, (text) => {
        const unit = canonicalUnit(text);
        if (unit !== undefined) expect(unit.inBase(2)).toBeGreaterThan(unit.inBase(1));
      }),
      { numRuns: 2_000 },
    );
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });

  it.each([
    ['mg/dL', 'g.m-3', 90, 900],
    ['mm[Hg]', 'g.m-1.s-2', 120, 15_998_640],
    ['[degF]', 'K', 212, 373.15],
    ['%', '1', 50, 0.5],
    ['/min', 's-1', 60, 1],
    ['mL/min/{1.73_m2}', 'm3.s-1', 60, 0.000001],
    ['kg/(m.s2)', 'g.m-1.s-2', 1, 1_000],
  ])('of %s is %s', (unit, code, value, inBase) => {
    expect(canonicalUnit(unit)?.code).toBe(code);
    expect(canonicalUnit(unit)?.inBase(value)).toBe(inBase);
  });

  it('is not given for arbitrary units, logarithms and text that is no unit', () => {
    for (const unit of ['[iU]', '[pH]', 'dB', 'mmHg', 'µg', '', 'mg mg']) {
      expect(canonicalUnit(unit), unit).toBeUndefined();
    }
  });

  it('is not looked for in a text longer than any real one', () => {
    const ofLength = (length: number): string => `m${'.m'.repeat((length - 1) / 2)}`;
    expect(canonicalUnit(ofLength(MAX_UNIT_CHARACTERS - 1))?.code).toBe('m32');
    expect(canonicalUnit(ofLength(MAX_UNIT_CHARACTERS + 1))).toBeUndefined();
  });

  it('is right beyond the number of units that are remembered', () => {
    for (let i = 0; i <= MAX_CACHED_UNITS; i++) canonicalUnit(`x${i}`);
    expect(canonicalUnit('10*7/uL')?.inBase(1)).toBe(1e16);
    expect(canonicalUnit('nonsense')).toBeUndefined();
  });
});
