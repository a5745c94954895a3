import { describe, expect, it } from 'vitest';
import { identityLimits } from '../limits.ts';
import type { PersonRecord } from '../record.ts';
import { person } from '../testing/people.ts';
import { compare, type Field } from './comparison.ts';
import { jaroWinkler } from './jaro-winkler.ts';
import type { Level } from './level.ts';

type Known = Omit<PersonRecord, 'id'>;
const born = (birthDate: string): Known => ({ birthDate });

describe('a comparison', () => {
  it.each<[Field, Level, Known, Known]>([
    ['given', 'exact', { given: 'José' }, { given: 'JOSE' }],
    ['given', 'nickname', { given: 'Bob' }, { given: 'Robert' }],
    ['given', 'close', { given: 'Michelle' }, { given: 'Michele' }],
    ['given', 'different', { given: 'Ada' }, { given: 'Goran' }],
    ['given', 'missing', { given: 'Ada' }, { given: ' - ' }],
    ['family', 'exact', { family: "O'Neill" }, { family: 'ONeill' }],
    ['family', 'close', { family: 'Haddad-Moreau' }, { family: 'Moreau' }],
    ['birthDate', 'exact', born('1980-02-03'), born('19800203')],
    ['birthDate', 'swapped', born('1980-02-03'), born('1980-03-02')],
    ['birthDate', 'close', born('1980-02-03'), born('1980-03-04')],
    ['birthDate', 'similar', born('1980-02-03'), born('1981-01-15')],
    ['birthDate', 'far', born('1980-02-03'), born('1989-06-20')],
    ['birthDate', 'different', born('1980-02-03'), born('1955-11-28')],
    ['birthDate', 'missing', born('1980-02-03'), born('1980')],
    ['gender', 'missing', { gender: 'male' }, { gender: 'unknown' }],
    ['phone', 'exact', { phones: ['+49 (30) 1234567'] }, { phones: ['0301234567', '99'] }],
    ['email', 'exact', { emails: ['Ada+ward@x.org'] }, { emails: ['ada@x.org'] }],
    ['email', 'close', { emails: ['ada@x.org'] }, { emails: ['ada@y.org'] }],
    [
      'identifier',
      'missing',
      { identifiers: [{ system: 'mrn', value: '1' }] },
      { identifiers: [{ system: 'ssn', value: '1' }] },
    ],
    [
      'identifier',
      'exact',
      { identifiers: [{ system: 'mrn', value: 'A-1' }] },
      { identifiers: [{ system: 'mrn', value: 'a1' }] },
    ],
    ['street', 'exact', { addressLines: ['Unit 3', 'Elm St'] }, { addressLines: ['elm st'] }],
  ])('of %s is %s', (field, level, one, other) => {
    expect(compare(person('a', one), person('b', other))[field]).toBe(level);
  });

  it('counts swapped names once', () => {
    const one = person('a', { given: 'Ada', family: 'Kaya' });
    const { given, family } = compare(one, person('b', { given: 'Kaya', family: 'Ada' }));
    expect([given, family]).toEqual(['swapped', 'missing']);
  });

  it.each([
    ['a typing error in one of them', { given: 'Kaya', family: 'Adda' }, 'swapped'],
    ['names that are in their places', { given: 'Ada', family: 'Kaye' }, 'exact'],
    ['one of them alone in the other place', { given: 'Kaya', family: 'Moreau' }, 'different'],
  ])('knows swapped names from %s', (_, other, level) => {
    const one = person('a', { given: 'Ada', family: 'Kaya' });
    expect(compare(one, person('b', other)).given).toBe(level);
  });

  it('reads as much of a text as the limit says', () => {
    const most = identityLimits.textLength;
    const long = person('a', { given: 'x'.repeat(most) });
    expect(compare(long, person('b', { given: 'x'.repeat(most + 1) })).given).toBe('exact');
    expect(compare(long, person('b', { given: 'x'.repeat(most - 1) })).given).toBe('close');
  });
});

describe('Jaro-Winkler', () => {
  it.each([
    ['martha', 'marhta', 0.9611],
    ['dixon', 'dicksonx', 0.8133],
    ['dwayne', 'duane', 0.84],
    ['abc', 'xyz', 0],
  ])('of %s and %s is what Winkler gives', (one, other, similarity) => {
    expect(jaroWinkler(one, other)).toBeCloseTo(similarity, 3);
  });
});
