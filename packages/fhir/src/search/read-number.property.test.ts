import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberValue, quantityValue } from './read-number.ts';

const written = fc
  .tuple(fc.boolean(), fc.nat(999_999), fc.nat({ max: 6 }), fc.integer({ min: -5, max: 5 }))
  .map(([negative, digits, point, exponent]) => {
    const text = String(digits).padStart(point + 1, '0');
    const cut = text.length - point;
    const plain = point === 0 ? text : `${text.slice(0, cut)}.${text.slice(cut)}`;
    return `${negative ? '-' : ''}${plain}${exponent === 0 ? '' : `e${exponent}`}`;
  });

describe('a number in a search', () => {
  it('lies within its own range, at the limits that decimal arithmetic gives', () => {
    fc.assert(
      fc.property(written, (text) => {
        const value = numberValue(text);
        expect(value?.low).toBeLessThanOrEqual(Number(text));
        expect(value?.high).toBeGreaterThan(Number(text));
        // One more digit, a five, is the upper limit of a positive number, the lower of a negative.
        const [mantissa = '', exponent] = text.split('e');
        const more = `${mantissa}${mantissa.includes('.') ? '' : '.'}5${exponent === undefined ? '' : `e${exponent}`}`;
        expect(text.startsWith('-') ? value?.low : value?.high).toBe(Number(more));
      }),
    );
  });

  it('that is wider by prefix ap never excludes what it finds without', () => {
    fc.assert(
      fc.property(written, (text) => {
        const [exact, near] = [numberValue(text), numberValue(`ap${text}`)];
        expect(near?.low).toBeLessThanOrEqual(exact?.low ?? Number.NaN);
        expect(near?.high).toBeGreaterThanOrEqual(exact?.high ?? Number.NaN);
      }),
    );
  });

  it('means the same quantity in any unit of one kind', () => {
    const units = [
      ['g', 'mg', 1_000],
      ['m', 'cm', 100],
      ['h', 'min', 60],
      ['L', 'mL', 1_000],
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...units), fc.nat(10_000), ([large, small, factor], count) => {
        const ucum = 'http://unitsofmeasure.org';
        const one = quantityValue(`${count}|${ucum}|${large}`);
        const other = quantityValue(`${count * factor}|${ucum}|${small}`);
        expect(one?.value).toBe(other?.value);
        expect(one?.code).toBe(other?.code);
      }),
    );
  });
});
