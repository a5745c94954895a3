import { existsSync, readFileSync } from 'node:fs';
import {
  type NormalRecord,
  normalise,
  type PersonRecord,
  personColumns,
  personOf,
} from '@holdfast/identity';
import { parse } from 'csv-parse/sync';

const FOLDER = new URL('../../../../shared/data/identity/', import.meta.url);

/** Records and whose each truly is. */
export interface JudgedList {
  readonly records: readonly NormalRecord[];
  readonly people: readonly PersonRecord[];
  readonly persons: readonly string[];
}

export const febrl3 = (): JudgedList => listOf(['febrl_dataset3.csv'], febrlPerson);
export const febrl4 = (): JudgedList =>
  listOf(['febrl_dataset4a.csv', 'febrl_dataset4b.csv'], febrlPerson);
export const fake1000 = (): JudgedList =>
  listOf(['splink_fake_1000.csv'], (row) => row.get('cluster') ?? '');

/** The person is in `rec-PERSON-org` and `rec-PERSON-dup-K`. */
const febrlPerson = (row: ReadonlyMap<string, string>): string =>
  /^rec-(\d+)-/.exec(row.get('rec_id') ?? '')?.[1] ?? '';

function listOf(
  files: readonly string[],
  personIn: (row: ReadonlyMap<string, string>) => string,
): JudgedList {
  const people: PersonRecord[] = [];
  const persons: string[] = [];
  for (const file of files) {
    const path = new URL(file, FOLDER);
    if (!existsSync(path)) throw new Error(`this bench needs ../shared/data/identity/${file}`);
    const text = readFileSync(path, 'utf8');
    const [header = [], ...rows]: string[][] = parse(text, { trim: true, relaxColumnCount: true });
    const columns = personColumns(header);
    if (!columns.ok) throw new Error(`${file}: ${columns.error.text}`);
    for (const row of rows) {
      people.push(personOf(columns.value, row, people.length));
      persons.push(personIn(new Map(header.map((name, at) => [name, row[at] ?? '']))));
    }
  }
  return { people, persons, records: people.map(normalise) };
}
