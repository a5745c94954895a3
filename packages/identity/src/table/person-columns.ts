import { err, ok, type Result } from '@holdfast/kernel';
import type { PersonRecord, RecordId } from '../record.ts';

/** What a column of a table may hold. Several may hold the same of the last five. */
export const COLUMN_KINDS = [
  'id',
  'given',
  'family',
  'birthDate',
  'gender',
  'houseNumber',
  'locality',
  'postcode',
  'state',
  'identifier',
  'email',
  'phone',
  'address',
] as const;
export type ColumnKind = (typeof COLUMN_KINDS)[number];

/** Names that tables give their columns, as letters and digits alone. */
const USUAL_NAMES: Readonly<Record<ColumnKind, readonly string[]>> = {
  id: ['id', 'recid', 'recordid', 'uniqueid', 'patientid'],
  given: ['given', 'givenname', 'firstname', 'forename'],
  family: ['family', 'familyname', 'lastname', 'surname'],
  birthDate: ['birthdate', 'dateofbirth', 'dob'],
  gender: ['gender', 'sex'],
  houseNumber: ['housenumber', 'streetnumber'],
  locality: ['locality', 'city', 'suburb', 'town'],
  postcode: ['postcode', 'postalcode', 'zip', 'zipcode'],
  state: ['state', 'province'],
  identifier: ['identifier', 'mrn', 'ssn', 'socsecid', 'nhsnumber', 'insuranceid'],
  email: ['email', 'emailaddress'],
  phone: ['phone', 'telephone', 'mobile', 'phonenumber'],
  address: ['address', 'address1', 'address2', 'street', 'addressline', 'line'],
};

const SEVERAL: readonly ColumnKind[] = ['identifier', 'email', 'phone', 'address'];

export interface PersonColumns {
  /** Kind of each column, in the table's order; undefined for a column that says nothing of these. */
  readonly kinds: readonly (ColumnKind | undefined)[];
  readonly names: readonly string[];
}

export interface ColumnFault {
  readonly text: string;
  readonly mend: string;
}

/**
 * Which column holds what: by its usual names, unless said.
 * @param said kinds by column name, which win
 */
export function personColumns(
  header: readonly string[],
  said: ReadonlyMap<string, ColumnKind> = new Map(),
): Result<PersonColumns, ColumnFault> {
  const names = header.map((name) => name.trim());
  const unknown = [...said.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) {
    return err({ text: `There is no column ${unknown}.`, mend: `There are: ${names.join(', ')}.` });
  }
  const kinds = names.map((name) => said.get(name) ?? usualKind(name));
  const twice = COLUMN_KINDS.find(
    (kind) => !SEVERAL.includes(kind) && kinds.filter((each) => each === kind).length > 1,
  );
  if (twice !== undefined) {
    return err({ text: `Two columns hold ${twice}.`, mend: 'Rename the one that does not.' });
  }
  if (!kinds.some((kind) => kind === 'given' || kind === 'family')) {
    return err({
      text: 'No column holds a name.',
      mend: `Say which does, such as --column ${names[0] ?? 'COLUMN'}=family.`,
    });
  }
  return ok({ kinds, names });
}

function usualKind(name: string): ColumnKind | undefined {
  const letters = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return COLUMN_KINDS.find((kind) => USUAL_NAMES[kind].includes(letters));
}

/** @param position of the row, which names a record that has no id of its own */
export function personOf(
  { kinds, names }: PersonColumns,
  cells: readonly string[],
  position: number,
): PersonRecord {
  const single: Partial<Record<ColumnKind, string>> = {};
  const identifiers: { system: string; value: string }[] = [];
  const lists = { email: [] as string[], phone: [] as string[], address: [] as string[] };
  for (const [at, kind] of kinds.entries()) {
    const cell = (cells[at] ?? '').trim();
    if (kind === undefined || cell === '') continue;
    if (kind === 'identifier') identifiers.push({ system: names[at] ?? '', value: cell });
    else if (kind === 'email' || kind === 'phone' || kind === 'address') lists[kind].push(cell);
    else single[kind] = cell;
  }
  const { id, ...known } = single;
  return {
    ...known,
    id: (id ?? `row-${position + 1}`) as RecordId,
    identifiers,
    emails: lists.email,
    phones: lists.phone,
    addressLines: lists.address,
  };
}
