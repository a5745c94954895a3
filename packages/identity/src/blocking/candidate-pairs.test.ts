import { describe, expect, it } from 'vitest';
import { identityLimits } from '../limits.ts';
import { person } from '../testing/people.ts';
import { candidatePairs } from './candidate-pairs.ts';
import { soundex } from './soundex.ts';

describe('candidate pairs', () => {
  it('are each found once, under however many keys', () => {
    const known = { given: 'Ada', family: 'Kaya', birthDate: '1980-02-03', postcode: '10115' };
    expect(candidatePairs([person('a', known), person('b', known)])).toEqual([[0, 1]]);
  });

  it('are found where given and family name were swapped', () => {
    const one = person('a', { given: 'Ada', family: 'Kaya', birthDate: '1980-02-03' });
    const other = person('b', { given: 'Kaya', family: 'Ada', birthDate: '1999-09-09' });
    expect(candidatePairs([one, other])).toEqual([[0, 1]]);
  });

  it('do not come of what neither side knows', () => {
    expect(candidatePairs([person('a'), person('b')])).toEqual([]);
  });

  it('do not come of a value that more records share than the limit', () => {
    const most = identityLimits.recordsPerKey;
    const sharing = (count: number) =>
      Array.from({ length: count }, (_, at) => person(`${at}`, { birthDate: '1900-01-01' }));
    expect(candidatePairs(sharing(most))).toHaveLength((most * (most - 1)) / 2);
    expect(candidatePairs(sharing(most + 1))).toEqual([]);
  });
});

describe('soundex', () => {
  it.each([
    ['robert', 'r163'],
    ['rupert', 'r163'],
    ['ashcraft', 'a261'],
    ['tymczak', 't522'],
    ['pfister', 'p236'],
    ['lee', 'l000'],
  ])('codes %s as the National Archives do', (name, code) => {
    expect(soundex(name)).toBe(code);
  });
});
