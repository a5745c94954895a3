import { at, Draw } from '../draw.ts';
import { PATIENTS_A_PRACTICE, STREAM } from '../seeds.ts';
import { familyName, shortForm } from './names.ts';
import { ADULT_YEARS, emailOf, type Person } from './person.ts';
import { addressIn, phoneIn } from './places.ts';

/** Of a hundred records so many are of somebody who has one already: what hospitals report is 5 to 10 %. */
const SHARE = 0.05;

export const ERRORS = [
  'typo-given',
  'typo-family',
  'short-name',
  'moved',
  'married',
  'birth-date-swapped',
  'other-phone',
  'no-member-number',
] as const;
export type RecordError = (typeof ERRORS)[number];

/** The record whose person this one repeats; always of the same practice and no duplicate itself. */
export function duplicateOf(seed: number, index: number): number | undefined {
  const nth = index % PATIENTS_A_PRACTICE;
  const draw = new Draw(seed, STREAM.duplicate, index);
  if (nth === 0 || !draw.chance(SHARE)) return undefined;
  const first = index - nth;
  let of = first + draw.below(nth);
  while (of > first && duplicateOf(seed, of) !== undefined) of--;
  return of;
}

/** The person of an earlier record, as somebody took them down a second time. */
export function mistaken(
  seed: number,
  index: number,
  person: Person,
): { readonly person: Person; readonly errors: readonly RecordError[] } {
  const draw = new Draw(seed, STREAM.duplicate, index, 1);
  const wanted = draw.share({ 0: 8, 1: 46, 2: 33, 3: 13 });
  const errors = new Set<RecordError>();
  let changed = person;
  for (let tries = 0; errors.size < Number(wanted) && tries < 12; tries++) {
    const error = draw.pick(ERRORS);
    const after = errors.has(error) ? undefined : withError(draw, changed, error);
    if (after === undefined) continue;
    errors.add(error);
    changed = after;
  }
  return { person: changed, errors: ERRORS.filter((each) => errors.has(each)) };
}

/** Undefined where this cannot happen to this person. */
function withError(draw: Draw, person: Person, error: RecordError): Person | undefined {
  switch (error) {
    case 'typo-given':
      return { ...person, given: mistyped(draw, person.given) };
    case 'typo-family':
      return { ...person, family: mistyped(draw, person.family) };
    case 'short-name': {
      const given = shortForm(person.given);
      return given === undefined ? undefined : { ...person, given, middle: undefined };
    }
    case 'moved': {
      const { town } = person.address;
      return { ...person, address: addressIn(draw, town), landline: phoneIn(draw, town) };
    }
    case 'married': {
      if (person.gender !== 'female' || person.ageYears < ADULT_YEARS) return undefined;
      const family = familyName(draw, person.origin);
      const email = person.email && emailOf(person.given, family, draw.between(1, 9_999));
      return { ...person, family, email };
    }
    case 'birth-date-swapped': {
      const [year = '', month = '', day = ''] = person.birthDate.split('-');
      if (Number(day) > 12 || day === month) return undefined;
      return { ...person, birthDate: `${year}-${day}-${month}` };
    }
    case 'other-phone':
      return { ...person, mobile: phoneIn(draw, person.address.town), email: undefined };
    case 'no-member-number':
      return { ...person, member: -1 };
  }
}

const NEIGHBOURS: Readonly<Record<string, string>> = {
  a: 's',
  b: 'v',
  c: 'x',
  d: 'f',
  e: 'r',
  f: 'g',
  g: 'h',
  h: 'j',
  i: 'o',
  j: 'k',
  k: 'l',
  l: 'k',
  m: 'n',
  n: 'm',
  o: 'p',
  p: 'o',
  q: 'w',
  r: 't',
  s: 'd',
  t: 'y',
  u: 'i',
  v: 'b',
  w: 'e',
  x: 'z',
  y: 'u',
  z: 'x',
}; // of one key on an American keyboard

function mistyped(draw: Draw, name: string): string {
  const place = draw.between(1, Math.max(1, name.length - 2));
  const [before, letter, next] = [name.slice(0, place), name.charAt(place), name.charAt(place + 1)];
  const after = name.slice(place + 1);
  const kinds = [
    before + letter + letter + after,
    name.length > 3 ? before + after : name + letter,
    letter === next ? before + after : before + next + letter + name.slice(place + 2),
    before + (NEIGHBOURS[letter] ?? 'e') + after,
  ];
  return at(kinds, draw.below(kinds.length));
}
