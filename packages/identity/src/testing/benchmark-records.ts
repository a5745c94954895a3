import { existsSync, readFileSync } from 'node:fs';
import type { PersonRecord, RecordId } from '../record.ts';

const FOLDER = new URL('../../../../../shared/data/identity/', import.meta.url);

/** Are the published benchmark records here? In continuous integration they must be. */
export function benchmarksPresent(): boolean {
  if (existsSync(FOLDER)) return true;
  if (process.env['CI'] !== undefined) throw new Error('the identity benchmarks are missing');
  console.warn('skipped: no identity benchmarks at ../shared/data/identity');
  return false;
}

/** A record, and whose it truly is: the truth only judges, it never trains. */
export interface JudgedRecord {
  readonly record: PersonRecord;
  readonly person: string;
}

/** FEBRL's files: synthetic Australians; the person is in `rec-PERSON-org` and `rec-PERSON-dup-K`. */
export function febrl(...files: readonly string[]): readonly JudgedRecord[] {
  return files.flatMap(rowsOf).map((row) => {
    const text = (column: string): string => row.get(column) ?? '';
    return {
      person: /^rec-(\d+)-/.exec(text('rec_id'))?.[1] ?? '',
      record: {
        id: text('rec_id') as RecordId,
        given: text('given_name'),
        family: text('surname'),
        birthDate: text('date_of_birth'),
        identifiers: [{ system: 'soc_sec_id', value: text('soc_sec_id') }],
        houseNumber: text('street_number'),
        addressLines: [text('address_1'), text('address_2')],
        locality: text('suburb'),
        postcode: text('postcode'),
        state: text('state'),
      },
    };
  });
}

/** Splink's `fake_1000`: few fields, many of them missing or mistyped. */
export function fake1000(): readonly JudgedRecord[] {
  return rowsOf('splink_fake_1000.csv').map((row) => {
    const text = (column: string): string => row.get(column) ?? '';
    return {
      person: text('cluster'),
      record: {
        id: text('unique_id') as RecordId,
        given: text('first_name'),
        family: text('surname'),
        birthDate: text('dob'),
        locality: text('city'),
        emails: [text('email')],
      },
    };
  });
}

/** The files quote nothing, so a comma always parts two cells. */
function rowsOf(file: string): readonly ReadonlyMap<string, string>[] {
  if (!existsSync(FOLDER)) return [];
  const [header = '', ...lines] = readFileSync(new URL(file, FOLDER), 'utf8').trim().split(/\r?\n/);
  const columns = header.split(',').map((column) => column.trim());
  return lines.map((line) => {
    const cells = line.split(',');
    return new Map(columns.map((column, at) => [column, (cells[at] ?? '').trim()]));
  });
}
