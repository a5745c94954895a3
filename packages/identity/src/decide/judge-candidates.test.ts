import { describe, expect, it } from 'vitest';
import { readParameters } from '../model/parameters.ts';
import { scorerOf } from '../model/scorer.ts';
import { starterParameters } from '../model/starter-parameters.ts';
import { person } from '../testing/people.ts';
import { judgeCandidates, linkState } from './judge-candidates.ts';

const known = {
  given: 'Fatima',
  family: 'Haddad',
  birthDate: '1984-05-17',
  gender: 'female',
  phones: ['+49 30 5550123'],
};
const score = scorerOf(starterParameters());

describe('parameters to begin with', () => {
  it('are whole, and read back as written', () => {
    expect(readParameters(JSON.parse(JSON.stringify(starterParameters()))).ok).toBe(true);
  });

  it.each([
    ['the same details', known, 'certain'],
    ['names and birth date alone', { ...known, phones: [], gender: '' }, 'probable'],
    ['birth date and gender alone', { birthDate: known.birthDate, gender: 'female' }, 'possible'],
    ['a namesake of another year', { ...known, birthDate: '1951-02-28', phones: [] }, 'possible'],
  ])('grade %s', (_, other, grade) => {
    const [judged] = judgeCandidates(person('a', known), [person('b', other)], score);
    expect(judged?.judgement.grade).toBe(grade);
  });
});

describe('what is kept of two records', () => {
  const judged = (other: Parameters<typeof person>[1]) => {
    const [first] = judgeCandidates(person('a', known), [person('b', other)], score);
    if (first === undefined) throw new Error('one was judged');
    return first;
  };
  it.each([
    ['certain ones are linked', known, undefined, 'linked'],
    ['a twin is a question', { ...known, given: 'Samira' }, undefined, 'review'],
    [
      'a household is no question',
      { ...known, given: 'Goran', birthDate: '1971-02-08' },
      undefined,
      undefined,
    ],
    ['strangers are nothing', { given: 'Jun', family: 'Novak' }, undefined, undefined],
    ['a steward joins strangers', { given: 'Jun', family: 'Novak' }, 'same' as const, 'linked'],
    ['a steward parts likenesses', known, 'different' as const, undefined],
    [
      'who was unsure is not asked again',
      { ...known, given: 'Samira' },
      'unsure' as const,
      undefined,
    ],
  ])('%s', (_, other, verdict, state) => {
    expect(linkState(judged(other), verdict)).toBe(state);
  });

  it('comes in order of likelihood', () => {
    const others = [person('c', { family: 'Haddad' }), person('b', known), person('d', known)];
    const order = judgeCandidates(person('a', known), others, score).map(({ record }) => record.id);
    expect(order).toEqual(['b', 'd', 'c']);
  });
});
