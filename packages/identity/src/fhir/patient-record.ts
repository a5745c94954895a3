import type { PersonRecord, RecordId } from '../record.ts';

type Json = Readonly<Record<string, unknown>>;

/** A FHIR R4 Patient as matching looks at it; what is missing or of another shape is not known. */
export function patientRecord(patient: Json, id = textOf(patient['id'])): PersonRecord {
  const name = chosen(objectsIn(patient['name']), ['official', 'usual', '']);
  const address = chosen(objectsIn(patient['address']), ['home', '', 'temp', 'work']);
  const lines = textsIn(address['line']);
  const { number, street } = streetOf(lines[0] ?? '');
  const telecom = objectsIn(patient['telecom']).filter(({ use }) => use !== 'old');
  const contacts = (...systems: string[]): string[] =>
    telecom
      .filter((each) => systems.includes(textOf(each['system'])))
      .map((each) => textOf(each['value']));
  return {
    id: id as RecordId,
    // The first alone: a middle name is given here and left out there.
    given: textsIn(name['given'])[0] ?? '',
    family: textOf(name['family']),
    birthDate: textOf(patient['birthDate']),
    gender: textOf(patient['gender']),
    identifiers: objectsIn(patient['identifier'])
      .filter((each) => each['use'] !== 'old' && textOf(each['value']) !== '')
      .map((each) => ({ system: textOf(each['system']), value: textOf(each['value']) })),
    emails: contacts('email'),
    phones: contacts('phone', 'sms'),
    houseNumber: number,
    addressLines: [street, ...lines.slice(1)],
    locality: textOf(address['city']),
    postcode: textOf(address['postalCode']),
    state: textOf(address['state']),
  };
}

/**
 * Is it a record that others were told not to use any more: not active, or replaced by another? Such
 * a record is found by nobody (ITI-119, case 8).
 */
export function isDeprecated(patient: Json): boolean {
  if (patient['active'] === false) return true;
  return objectsIn(patient['link']).some(({ type }) => type === 'replaced-by');
}

/** The first of the best use; former ones are not compared. */
function chosen(values: readonly Json[], uses: readonly string[]): Json {
  const current = values.filter(({ use }) => use !== 'old' && use !== 'maiden');
  const byUse = uses.map((use) => current.find((value) => textOf(value['use']) === use));
  return byUse.find((value) => value !== undefined) ?? current[0] ?? values[0] ?? {};
}

/** `12 Mill Lane`, `Mühlweg 12a`: the number apart from the street, where there is one at an end. */
function streetOf(line: string): { number: string; street: string } {
  const first = /^\s*(\d+\s?[a-zA-Z]?)[\s,]+(\S.*)$/.exec(line);
  if (first !== null) return { number: first[1] ?? '', street: first[2] ?? '' };
  const last = /^(.*\S)\s+(\d+\s?[a-zA-Z]?)\s*$/.exec(line);
  return last === null
    ? { number: '', street: line }
    : { number: last[2] ?? '', street: last[1] ?? '' };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const textsIn = (value: unknown): readonly string[] =>
  listOf(value).filter((each): each is string => typeof each === 'string');

const objectsIn = (value: unknown): readonly Json[] =>
  listOf(value).filter((each): each is Json => typeof each === 'object' && each !== null);
