import { describe, expect, it } from 'vitest';
import { person, populationScorer } from '../testing/people.ts';
import { gradeOf } from './grade.ts';

const known = {
  given: 'Fatima',
  family: 'Haddad',
  birthDate: '1984-05-17',
  gender: 'female',
  houseNumber: '7',
  addressLines: ['Harbour Road'],
  locality: 'Town 3',
  postcode: '10093',
  phones: ['+49 30 5550123'],
  emails: ['haddad@example.org'],
};

interface Twin {
  readonly given?: string;
  readonly gender?: string;
  readonly mrn?: string;
}

describe('a grade', () => {
  const score = populationScorer();
  const gradeAgainst = (changed: Parameters<typeof person>[1]): ReturnType<typeof gradeOf> =>
    gradeOf(score(person('a', known), person('b', changed)));

  it('is certain for the same details', () => {
    expect(gradeAgainst(known)).toEqual({ grade: 'certain' });
  });

  it.each(['Samira', 'Fatina', 'Fadila'])('is never certain for a twin named %s', (given) => {
    expect(gradeAgainst({ ...known, given })).toEqual({
      grade: 'possible',
      withheld: 'maybe-family',
    });
  });

  it.each([
    ['a sibling with a like name', { given: 'Fatina', birthDate: '1985-11-02' }],
    ['a twin whose birth date is not known', { given: 'Fatina', birthDate: '' }],
    ['a parent of the same name', { birthDate: '1955-03-30' }],
  ])('is never certain for %s', (_, changed) => {
    const likeliest = score(person('a', known), person('b', { ...known, ...changed }));
    expect(gradeOf({ ...likeliest, probability: 1 })).toEqual({
      grade: 'possible',
      withheld: 'maybe-family',
    });
  });

  it('is not certain for twins who were given one identifier', () => {
    const identifiers = [{ system: 'insurance', value: 'F-1' }];
    const one = person('a', { ...known, identifiers });
    const twin = person('b', { ...known, identifiers, given: 'Samira' });
    expect(gradeOf(score(one, twin)).withheld).toBe('maybe-family');
  });

  it('is certain for a name that is nobody’s beside the same identifier', () => {
    const identifiers = [{ system: 'mrn', value: '4711' }];
    const one = person('a', { ...known, identifiers });
    const misspelt = person('b', { ...known, identifiers, given: 'Fatina' });
    expect(gradeOf(score(one, misspelt))).toEqual({ grade: 'certain' });
    const bornLater = person('c', {
      ...known,
      identifiers,
      given: 'Fatina',
      birthDate: '1999-01-30',
    });
    expect(gradeOf({ ...score(one, bornLater), probability: 1 }).withheld).toBe('maybe-family');
  });

  it.each<[string, Twin, Twin]>([
    ['others bear both names', { given: 'Jun' }, { given: 'Ivo' }],
    ['the hospital gave each a number', { mrn: '1' }, { given: 'Fatina', mrn: '2' }],
    ['one is a girl', {}, { given: 'Fatina', gender: 'male' }],
  ])('is not certain for twins who share an identifier where %s', (_, first, second) => {
    const of = ({ mrn, ...own }: Twin) => ({
      ...known,
      ...own,
      identifiers: [
        { system: 'insurance', value: 'F-1' },
        ...(mrn === undefined ? [] : [{ system: 'mrn', value: mrn }]),
      ],
    });
    const scored = score(person('a', of(first)), person('b', of(second)));
    expect(gradeOf({ ...scored, probability: 1 }).withheld).toBe('maybe-family');
  });

  it('is not certain where a household shares everything and the given name is not known', () => {
    const { given: _, ...household } = known;
    expect(gradeAgainst(household)).toEqual({
      grade: 'probable',
      withheld: 'no-identity-evidence',
    });
  });

  it('is never certain for two who share only birth date and gender', () => {
    const shared = { birthDate: '1984-05-17', gender: 'female' };
    const likeliest = score(person('a', shared), person('b', shared));
    expect(gradeOf(likeliest).grade).not.toBe('certain');
    expect(gradeOf({ ...likeliest, probability: 1 })).toEqual({
      grade: 'probable',
      withheld: 'no-identity-evidence',
    });
  });

  it('is certainly-not for the rest of a household, whatever else they share', () => {
    const husband = { ...known, given: 'Goran', birthDate: '1971-02-08', gender: 'male' };
    expect(gradeAgainst(husband)).toEqual({ grade: 'certainly-not' });
    const identifiers = [{ system: 'insurance', value: 'F-1' }];
    const scored = score(
      person('a', { ...known, identifiers }),
      person('b', { ...husband, identifiers }),
    );
    expect(gradeOf({ ...scored, probability: 1 }).withheld).toBe('maybe-family');
  });

  it('is certainly-not for strangers', () => {
    const stranger = { given: 'Jun', family: 'Novak', birthDate: '1951-11-02', gender: 'male' };
    expect(gradeAgainst(stranger)).toEqual({ grade: 'certainly-not' });
  });
});
