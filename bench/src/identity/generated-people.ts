import {
  normalise,
  type PersonRecord,
  RecordColumnsBuilder,
  type RecordId,
  type RecordList,
} from '@holdfast/identity';
import { seeded } from '../seeded.ts';
import { type Address, writtenAgain } from './typing-errors.ts';

type Known = Omit<PersonRecord, 'id'>;

/** Of a hundred records, those that are a person written down again. */
const AGAIN = 0.1;
/** Of a hundred people, those whose next is a twin; of twins, those who share an insurance number. */
const TWINS = 0.015;
const SHARED_INSURANCE = 0.3;
/** Of a hundred people, those whose family name is not of the source. */
const NEW_NAMES = 0.4;
const SYLLABLES = 'ba den kor lin mar nov ost pel rav sen tal ur vik wes yor zan'.split(' ');
const FIRST_DAY = Date.UTC(1930, 0, 1);
const DAYS = 33_000;
const DAY_MS = 86_400_000;

export interface GeneratedPeople {
  readonly records: RecordList;
  /** Number of the person of each record. */
  readonly persons: Uint32Array;
}

/**
 * Records with known truth: names, streets and places as often as a published list has them, twins
 * who share all but the given name, and people written down again with mistakes.
 * @param source whose names and addresses are drawn
 */
export function generatedPeople(
  count: number,
  source: readonly PersonRecord[],
  seed: number,
): GeneratedPeople {
  const random = seeded(seed);
  const builder = new RecordColumnsBuilder();
  const persons = new Uint32Array(count);
  const recent: { person: number; known: Known }[] = [];
  let person = 0;
  const add = (known: Known, whose: number): void => {
    persons[builder.length] = whose;
    builder.add(normalise({ ...known, id: `r${builder.length}` as RecordId }));
  };
  while (builder.length < count) {
    const before = recent[Math.floor(random() * recent.length)];
    if (before !== undefined && random() < AGAIN) {
      const home = addressOf(source[Math.floor(random() * source.length)]);
      add(writtenAgain(before.known, random, home), before.person);
      continue;
    }
    const last = recent.at(-1);
    const known =
      last !== undefined && random() < TWINS
        ? twinOf(last.known, newPerson(source, person, random), random)
        : newPerson(source, person, random);
    recent.push({ person, known });
    if (recent.length > 2_000) recent.splice(0, 1_000);
    add(known, person++);
  }
  return { records: builder.build(), persons };
}

function addressOf(person: PersonRecord | undefined): Address {
  const { houseNumber = '', locality = '', postcode = '', state = '' } = person ?? {};
  return {
    houseNumber,
    locality,
    postcode,
    state,
    addressLines: (person?.addressLines ?? []).slice(0, 1),
  };
}

function newPerson(source: readonly PersonRecord[], number: number, random: () => number): Known {
  const one = (): PersonRecord | undefined => source[Math.floor(random() * source.length)];
  const [home, given, family] = [one(), one()?.given ?? 'kim', one()?.family ?? 'lee'];
  const name = random() < NEW_NAMES ? newName(random) : family;
  const known: Known = {
    given,
    family: name,
    birthDate: new Date(FIRST_DAY + Math.floor(random() * DAYS) * DAY_MS)
      .toISOString()
      .slice(0, 10),
    gender: random() < 0.5 ? 'female' : 'male',
    identifiers: [
      { system: 'mrn', value: String(10_000_000 + number * 7) },
      { system: 'insurance', value: String(50_000_000 + number * 3) },
    ],
    phones: [String(200_000_000 + Math.floor(random() * 700_000_000))],
    ...addressOf(home),
    houseNumber: String(1 + Math.floor(random() * 200)),
  };
  return random() < 0.5
    ? known
    : { ...known, emails: [`${given}.${name}${number % 97}@example.org`] };
}

const newName = (random: () => number): string =>
  Array.from({ length: 3 }, () => SYLLABLES[Math.floor(random() * SYLLABLES.length)] ?? '').join(
    '',
  );

/** All of the first but a given name, the gender and the number of the hospital. */
function twinOf(first: Known, own: Known, random: () => number): Known {
  const { gender = 'female' } = own;
  const given = own.given === first.given ? newName(random) : (own.given ?? 'alex');
  const mrn = (own.identifiers ?? []).filter(({ system }) => system === 'mrn');
  const whose = random() < SHARED_INSURANCE ? first : own;
  const insurance = (whose.identifiers ?? []).filter(({ system }) => system === 'insurance');
  return { ...first, given, gender, identifiers: [...mrn, ...insurance] };
}
