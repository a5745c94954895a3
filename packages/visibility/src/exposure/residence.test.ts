import { describe, expect, it } from 'vitest';
import { residenceOf } from './residence.ts';

describe('where an address lies', () => {
  it.each([
    ['MA', 'US', 'US-MA'],
    ['Massachusetts', null, 'US-MA'],
    [' texas ', 'United States', 'US-TX'],
    [null, 'US', 'US'],
    ['Bayern', 'DE', 'EU'],
    [null, 'gb', 'GB'],
    ['Zürich', 'CH', 'elsewhere'],
    [null, null, null],
    ['Atlantis', null, null],
    ['CA', 'CA', 'elsewhere'], // Canada
    ['Berlin', 'Deutschland', null],
  ])('%s, %s: %s', (state, country, expected) => {
    expect(residenceOf({ state, country })).toBe(expected);
  });
});
