import type { Field } from '../compare/comparison.ts';
import type { NormalRecord } from '../normalise/normal-record.ts';
import { soundex } from './soundex.ts';

/** A way to find candidates: records that share one of its values are compared. */
export interface BlockingKey {
  readonly name: string;
  /** Fields that agree because of the key: training on its pairs learns nothing about these. */
  readonly fields: readonly Field[];
  /** The record's values; none when a part is not known. */
  readonly values: (record: NormalRecord) => readonly string[];
}

const joined = (...parts: readonly string[]): readonly string[] =>
  parts.includes('') ? [] : [parts.join('|')];

const sound = (name: string): string => (name === '' ? '' : soundex(name));

/** Given and family name each with the other part, so that swapped names share a value too. */
const withEachName = ({ given, family }: NormalRecord, part: string): readonly string[] => [
  ...joined(sound(given), part),
  ...joined(sound(family), part),
];

/** Several keys, so that an error in any one field leaves others under which the pair is found. */
export const BLOCKING_KEYS: readonly BlockingKey[] = [
  {
    name: 'identifier',
    fields: ['identifier'],
    values: ({ identifiers }) => identifiers.map(({ system, value }) => `${system}|${value}`),
  },
  {
    name: 'mailbox',
    fields: ['email'],
    // Domains are mistyped and changed more often than the name before the `@`.
    values: ({ emails }) => emails.map((email) => email.slice(0, email.indexOf('@'))),
  },
  { name: 'phone', fields: ['phone'], values: ({ phones }) => phones },
  { name: 'birth-date', fields: ['birthDate'], values: ({ birthDate }) => joined(birthDate) },
  {
    name: 'names-by-sound',
    fields: ['given', 'family'],
    // Sorted, so that a given name written as the family name is found too.
    values: ({ given, family }) => joined(...[sound(given), sound(family)].toSorted()),
  },
  {
    name: 'name-and-year',
    fields: ['given', 'family', 'birthDate'],
    values: (record) => withEachName(record, record.birthDate.slice(0, 4)),
  },
  {
    name: 'name-and-day-of-year',
    fields: ['given', 'family', 'birthDate'],
    values: (record) => withEachName(record, record.birthDate.slice(4)),
  },
  {
    name: 'name-and-postcode',
    fields: ['given', 'family', 'postcode', 'locality', 'state'],
    values: (record) => withEachName(record, record.postcode),
  },
  {
    name: 'name-and-locality',
    fields: ['given', 'family', 'postcode', 'locality', 'state'],
    values: (record) => withEachName(record, sound(record.locality)),
  },
  {
    name: 'rare-name',
    fields: ['given', 'family'],
    // The cap on records that share a value is what makes it rare.
    values: ({ given, family }) => [...joined(given), ...joined(family)],
  },
  {
    name: 'house-and-street',
    fields: ['houseNumber', 'street', 'postcode', 'locality', 'state'],
    values: ({ houseNumber, addressLines }) =>
      addressLines.flatMap((line) => joined(houseNumber, line)),
  },
];
