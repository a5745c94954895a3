import fc from 'fast-check';
import { type Scorer, scorerOf } from '../model/scorer.ts';
import { train } from '../model/training.ts';
import { type NormalRecord, normalise } from '../normalise/normal-record.ts';
import type { PersonRecord, RecordId } from '../record.ts';

/** A normalised record of what is given; the rest is not known. */
export const person = (id: string, known: Omit<PersonRecord, 'id'> = {}): NormalRecord =>
  normalise({ id: id as RecordId, ...known });

const GIVEN = [
  'ada',
  'bruno',
  'chandra',
  'dilek',
  'emeka',
  'fatima',
  'goran',
  'hanna',
  'ivo',
  'jun',
];
const FAMILY = ['okafor', 'lindqvist', 'moreau', 'tanaka', 'novak', 'haddad', 'silva', 'kaya'];
const STREETS = ['elm street', 'harbour road', 'mill lane', 'station square', 'church hill'];

/** People of whom every third is recorded twice, with a typing error in one field. */
export function population(): readonly NormalRecord[] {
  const records: NormalRecord[] = [];
  for (let at = 0; at < 150; at++) {
    const day = String(1 + (at % 28)).padStart(2, '0');
    const month = String(1 + (at % 12)).padStart(2, '0');
    const known = {
      given: GIVEN[at % GIVEN.length] ?? '',
      family: FAMILY[(at * 3 + Math.floor(at / 7)) % FAMILY.length] ?? '',
      birthDate: `${1930 + (at % 83)}-${month}-${day}`,
      gender: at % 2 === 0 ? 'female' : 'male',
      identifiers: [{ system: 'mrn', value: String(100_000 + at * 7_919) }],
      emails: [`reader${at}@example.org`],
      phones: [`+49 30 ${1_000_000 + at * 3_571}`],
      houseNumber: String(1 + (at % 97)),
      addressLines: [STREETS[at % STREETS.length] ?? ''],
      locality: `town ${at % 17}`,
      postcode: String(10_000 + (at % 17) * 31),
      state: at % 3 === 0 ? 'north' : 'south',
    };
    records.push(person(`${at}`, known));
    if (at % 3 !== 0) continue;
    const mistake = at % 2 === 0 ? { family: `${known.family}e` } : { postcode: '99999' };
    records.push(person(`${at}-copy`, { ...known, ...mistake }));
  }
  return records;
}

let trained: Scorer | undefined;

/** A scorer trained on the population, once a test file. */
export function populationScorer(): Scorer {
  trained ??= scorerOf(train(population()));
  return trained;
}

const word = fc.oneof(fc.constantFrom('', 'ada', 'adah', 'okafor', 'okafer'), fc.string());

/** Records of anything: known names and near misses, and any text at all. */
export const anyRecord: fc.Arbitrary<PersonRecord> = fc.record({
  id: fc.uuid().map((id) => id as RecordId),
  given: word,
  family: word,
  birthDate: fc.constantFrom('', '1980-02-03', '1980-03-02', '1980-02-04', '1991-12-30', '0000'),
  gender: fc.constantFrom('', 'female', 'male', 'unknown'),
  identifiers: fc.array(
    fc.record({ system: fc.constantFrom('mrn', 'ssn'), value: fc.constantFrom('123', '124', '9') }),
    { maxLength: 3 },
  ),
  emails: fc.array(fc.constantFrom('a@x.org', 'ab@x.org', 'a@y.org', 'no address'), {
    maxLength: 2,
  }),
  phones: fc.array(fc.constantFrom('030 123456', '+49 30 123456', '030 123457'), { maxLength: 2 }),
  houseNumber: fc.constantFrom('', '1', '12', '12 a'),
  addressLines: fc.array(word, { maxLength: 2 }),
  locality: word,
  postcode: fc.constantFrom('', '10115', '10116', '20000'),
  state: fc.constantFrom('', 'north', 'south'),
});
