import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  type ColumnKind,
  identityLimits,
  type KnownPersons,
  normalise,
  type PersonColumns,
  personColumns,
  personOf,
  RecordColumnsBuilder,
  type RecordList,
} from '@holdfast/identity';
import { type Options as CsvOptions, parse } from 'csv-parse';
import { CommandFailure, EXIT } from '../exit.ts';
import { Progress } from '../progress.ts';

export interface TableOptions {
  /** Kinds by column name; what is not said goes by usual names. */
  readonly column: ReadonlyMap<string, ColumnKind>;
  /** The column that says whose a record truly is. */
  readonly person?: string | undefined;
  /** Its first group is the person, where the column says more than that. */
  readonly personPattern?: RegExp | undefined;
  /** A column to report by. */
  readonly group?: string | undefined;
}

export interface Table {
  readonly records: RecordList;
  readonly known: KnownPersons | undefined;
}

const CSV: CsvOptions = { bom: true, skipEmptyLines: true, relaxColumnCount: true, trim: true };
const BYTES_A_MEGABYTE = 2 ** 20;

/** Reads tables with a line of column names each, row by row: only what is compared stays. */
export async function readRecords(files: readonly string[], options: TableOptions): Promise<Table> {
  const builder = new RecordColumnsBuilder();
  const persons: string[] = [];
  const groups: string[] = [];
  const total = await bytesOf(files);
  const progress = new Progress(Math.ceil(total / BYTES_A_MEGABYTE), 'MiB');
  progress.start('Reading');
  let before = 0;
  for (const file of files) {
    const input = createReadStream(file);
    let columns: PersonColumns | undefined;
    for await (const cells of input.pipe(parse(CSV)) as AsyncIterable<string[]>) {
      if (columns === undefined) {
        columns = columnsOf(file, cells, options);
        continue;
      }
      if (builder.length === identityLimits.records) throw tooMany(file);
      builder.add(normalise(personOf(columns, cells, builder.length)));
      if (options.person !== undefined) persons.push(personIn(columns, cells, options));
      if (options.group !== undefined) groups.push(cellOf(columns, cells, options.group));
      progress.update(
        Math.floor((before + input.bytesRead) / BYTES_A_MEGABYTE),
        `${builder.length} records`,
      );
    }
    before += input.bytesRead;
  }
  return { records: builder.build(), known: knownPersons(persons, groups, options) };
}

async function bytesOf(files: readonly string[]): Promise<number> {
  let total = 0;
  for (const file of files) {
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() !== true) {
      throw new CommandFailure(
        `No file matches ${file}.`,
        'Name CSV files with a first line of column names.',
        EXIT.usage,
      );
    }
    total += found.size;
  }
  return total;
}

function columnsOf(
  file: string,
  header: readonly string[],
  { column, person, group }: TableOptions,
): PersonColumns {
  const columns = personColumns(header, column);
  if (!columns.ok) {
    throw new CommandFailure(`${file}: ${columns.error.text}`, columns.error.mend, EXIT.usage);
  }
  for (const name of [person, group]) {
    if (name === undefined || columns.value.names.includes(name)) continue;
    throw new CommandFailure(
      `${file}: There is no column ${name}.`,
      `There are: ${columns.value.names.join(', ')}.`,
      EXIT.usage,
    );
  }
  return columns.value;
}

const cellOf = ({ names }: PersonColumns, cells: readonly string[], name: string): string =>
  cells[names.indexOf(name)] ?? '';

function personIn(
  columns: PersonColumns,
  cells: readonly string[],
  { person = '', personPattern }: TableOptions,
): string {
  const cell = cellOf(columns, cells, person);
  if (personPattern === undefined) return cell;
  const found = personPattern.exec(cell);
  return found?.[1] ?? found?.[0] ?? '';
}

function knownPersons(
  persons: readonly string[],
  groups: readonly string[],
  { person, group }: TableOptions,
): KnownPersons | undefined {
  if (person === undefined) return undefined;
  return {
    personAt: (position) => persons[position] ?? '',
    ...(group === undefined ? {} : { groupAt: (position) => groups[position] ?? '' }),
  };
}

const tooMany = (file: string): CommandFailure =>
  new CommandFailure(
    `${file}: more than ${identityLimits.records} records.`,
    'Part the list by something that one person does not change, such as the year of birth.',
  );
