import { type Resource, typeOfCode } from '@holdfast/fhir';
import { invariant } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { IndexRows } from '../index-rows.ts';
import { describe, indexed } from '../indexed.ts';
import type { Indexed } from '../write-plan.ts';
import type { Dictionary } from './dictionary.ts';

/** A row that stands in an index and should not, or should and does not. */
export interface IndexDifference {
  /** `Type/id` */
  readonly resource: string;
  readonly table: string;
  readonly kind: 'missing' | 'left over' | 'twice';
  readonly row: string;
}

/** Resources compared at a time: bounds memory, not the result. */
const BATCH = 500;

/** Columns of each table in the order of `IndexRows`, led by the resource's key; `r` is the resource. */
const STORED: Readonly<Record<keyof IndexRows, string>> = {
  token: `i.param, i.code, i.system, i.patient is not null, i.at = r.at,
    i.patient is null or i.patient = r.patient from token_index i`,
  reference: `i.param, t.type, t.id, i.at = r.at from reference_index i
    join resource t on t.tenant = i.tenant and t.key = i.target`,
  uri: 'i.param, i.uri, i.at = r.at from uri_index i',
  string: 'i.param, i.folded, i.tail, i.exact from string_index i',
  date: 'i.param, i.start_at, i.end_at from date_index i',
  quantity: 'i.param, i.unit, i.system, i.low, i.high from quantity_index i',
  composite: `i.param, i.code, i.system, i.text, i.text_system, i.low, i.high, i.low2, i.high2
    from composite_index i`,
  position: 'i.param, i.latitude, i.longitude from position_index i',
};

interface CheckedRow {
  readonly key: string;
  readonly type: number;
  readonly id: string;
  readonly content: string | null;
}

/**
 * Takes every stored resource apart anew and compares what it is found by with what the index tables
 * hold: the two are equal at all times (STO-4). Reads in batches by storage key; what is written
 * meanwhile may be reported, so it is for a quiet database.
 * @param db as the owner or the application, with the tenant set
 */
export async function checkIndex(
  db: Queryable,
  { tenant, dictionary }: { readonly tenant: number; readonly dictionary: Dictionary },
): Promise<IndexDifference[]> {
  const differences: IndexDifference[] = [];
  for (let after = '0'; ; ) {
    const { rows } = await db.query<CheckedRow>(
      `select r.key, r.type, r.id, r.content from resource r
       where r.tenant = $1 and r.key > $2 order by r.key limit $3`,
      [tenant, after, BATCH],
    );
    const last = rows.at(-1);
    if (last === undefined) return differences;
    const stored = await storedRows(
      db,
      tenant,
      rows.map(({ key }) => key),
    );
    for (const row of rows) differences.push(...compare(row, stored, dictionary));
    after = last.key;
  }
}

/** Rows as text by `table/key`. */
type Stored = ReadonlyMap<string, readonly string[]>;

async function storedRows(db: Queryable, tenant: number, keys: readonly string[]): Promise<Stored> {
  const stored = new Map<string, string[]>();
  for (const [table, columns] of Object.entries(STORED)) {
    const { rows } = await db.query<{ key: string; row: unknown[] }>({
      text: `select i.resource as key, jsonb_build_array(${columns.replace(/ from /, ') as row from ')}
        join resource r on r.tenant = i.tenant and r.key = i.resource
        where i.tenant = $1 and i.resource = any($2::bigint[])`,
      values: [tenant, keys],
    });
    for (const { key, row } of rows) {
      const place = `${table}/${key}`;
      const known = stored.get(place);
      if (known === undefined) stored.set(place, [textOf(row)]);
      else known.push(textOf(row));
    }
  }
  return stored;
}

function compare(row: CheckedRow, stored: Stored, dictionary: Dictionary): IndexDifference[] {
  const type = typeOfCode(row.type);
  invariant(type !== undefined, 'STO-5 a stored type code is a known resource type');
  const name = `${type}/${row.id}`;
  const resource = row.content === null ? null : (JSON.parse(row.content) as Resource);
  const state = resource === null ? null : indexed(resource, describe(resource), dictionary);
  return (Object.keys(STORED) as (keyof IndexRows)[]).flatMap((table) => {
    const expected = state === null ? [] : expectedRows(table, state);
    const found = stored.get(`${table}/${row.key}`) ?? [];
    const difference = (kind: IndexDifference['kind']) => (text: string) => ({
      resource: name,
      table,
      kind,
      row: text,
    });
    return [
      ...expected.filter((each) => !found.includes(each)).map(difference('missing')),
      ...found.filter((each) => !expected.includes(each)).map(difference('left over')),
      ...found.filter((each, nth) => found.indexOf(each) !== nth).map(difference('twice')),
    ];
  });
}

/** As {@link STORED} selects them: the sort key and the patient are those of the resource row. */
function expectedRows(table: keyof IndexRows, { rows, owner }: Indexed): string[] {
  switch (table) {
    case 'token':
      return rows.token.map(([param, code, system, selective]) =>
        textOf([param, code, system, selective && owner !== null, true, true]),
      );
    case 'reference':
    case 'uri':
      return rows[table].map((each) => textOf([...each, true]));
    default:
      return rows[table].map((each) => textOf(each));
  }
}

/** One spelling for both sides: instants to the millisecond, numbers as JavaScript writes them. */
function textOf(row: readonly unknown[]): string {
  return JSON.stringify(
    row.map((value) => (typeof value === 'string' ? instantOf(value) : String(value))),
  );
}

const INSTANT = /^(\d{4,})(-\d\d-\d\dT\d\d:\d\d:\d\d\S*)( BC)?$/;

function instantOf(text: string): string {
  const [, digits, rest, isBefore] = INSTANT.exec(text) ?? [];
  if (digits === undefined) return text;
  // JavaScript reads years beyond 9999 and before 1 with a sign and six digits only.
  const year = isBefore === undefined ? Number(digits) : 1 - Number(digits);
  const ms = Date.parse(`${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}${rest}`);
  return Number.isNaN(ms) ? text : new Date(ms).toISOString();
}
