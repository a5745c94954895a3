import { FIELDS, type Field } from '../compare/comparison.ts';
import type { Level } from '../compare/level.ts';
import type { PersonRecord } from '../record.ts';

/** One field of two records, as a person reads it, and what it says about whether they are one. */
export interface Evidence {
  readonly field: Field;
  readonly one: string;
  readonly other: string;
  readonly level: Level;
  /** Bits for (above 0) and against (below 0) one person. */
  readonly bits: number;
}

/** Level and bits of each field, as they were when the two were scored. */
export type KeptWeights = Readonly<Partial<Record<Field, readonly [Level, number]>>>;

/** What speaks for and against, the weightiest first; what neither record knows is left out. */
export function evidenceOf(
  one: PersonRecord,
  other: PersonRecord,
  weights: KeptWeights,
): readonly Evidence[] {
  return FIELDS.map((field): Evidence => {
    const [level, bits] = weights[field] ?? ['missing', 0];
    return { field, one: shown(one, field), other: shown(other, field), level, bits };
  })
    .filter((each) => each.one !== '' || each.other !== '')
    .toSorted((one, other) => Math.abs(other.bits) - Math.abs(one.bits));
}

const together = (texts: readonly string[] = []): string =>
  texts.filter((text) => text !== '').join(', ');

const SHOWN: Readonly<Record<Field, (record: PersonRecord) => string | undefined>> = {
  given: ({ given }) => given,
  family: ({ family }) => family,
  birthDate: ({ birthDate }) => birthDate,
  gender: ({ gender }) => gender,
  identifier: ({ identifiers = [] }) => together(identifiers.map(({ value }) => value)),
  email: ({ emails }) => together(emails),
  phone: ({ phones }) => together(phones),
  houseNumber: ({ houseNumber }) => houseNumber,
  street: ({ addressLines }) => together(addressLines),
  locality: ({ locality }) => locality,
  postcode: ({ postcode }) => postcode,
  state: ({ state }) => state,
};

const shown = (record: PersonRecord, field: Field): string => SHOWN[field](record) ?? '';
