import type { PersonRecord, RecordId } from '../record.ts';
import { normalBirthDate } from './birth-date.ts';
import { normalEmail, normalPhone } from './contact.ts';
import { normalText } from './text.ts';

/** A record made comparable. An empty string or list means not known. */
export interface NormalRecord {
  readonly id: RecordId;
  readonly given: string;
  readonly family: string;
  /** `YYYYMMDD`. */
  readonly birthDate: string;
  readonly gender: string;
  readonly identifiers: readonly { readonly system: string; readonly value: string }[];
  readonly emails: readonly string[];
  readonly phones: readonly string[];
  readonly houseNumber: string;
  readonly addressLines: readonly string[];
  readonly locality: string;
  readonly postcode: string;
  readonly state: string;
}

const known = (values: readonly string[]): readonly string[] =>
  values.filter((value) => value !== '');

/** FHIR's `unknown` says that nobody knows, so it is no gender to compare. */
const normalGender = (text: string | undefined): string => {
  const gender = normalText(text);
  return gender === 'unknown' ? '' : gender;
};

/** Makes a record comparable; what cannot be read becomes not known, never an error. */
export function normalise(record: PersonRecord): NormalRecord {
  return {
    id: record.id,
    given: normalText(record.given),
    family: normalText(record.family),
    birthDate: normalBirthDate(record.birthDate),
    gender: normalGender(record.gender),
    identifiers: (record.identifiers ?? [])
      .map(({ system, value }) => ({ system, value: normalText(value).replaceAll(' ', '') }))
      .filter(({ value }) => value !== ''),
    emails: known((record.emails ?? []).map(normalEmail)),
    phones: known((record.phones ?? []).map(normalPhone)),
    houseNumber: normalText(record.houseNumber).replaceAll(' ', ''),
    addressLines: known((record.addressLines ?? []).map(normalText)),
    locality: normalText(record.locality),
    postcode: normalText(record.postcode).replaceAll(' ', ''),
    state: normalText(record.state),
  };
}
