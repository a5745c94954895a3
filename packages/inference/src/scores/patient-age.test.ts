import { describe, expect, it } from 'vitest';
import { ageAt } from './patient-age.ts';

const AT = Date.parse('2026-11-24T12:00:00Z');

describe('age', () => {
  it.each([
    ['2010-11-24', 16],
    ['2010-11-25', 15],
    ['2010-11', 16],
    ['2010', 16],
    ['', null],
    ['unknown', null],
  ])('of somebody born %s is %s', (birthDate, age) => {
    expect(ageAt({ resourceType: 'Patient', birthDate }, AT)).toBe(age);
  });
});
