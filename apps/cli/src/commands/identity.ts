import { COLUMN_KINDS, type ColumnKind } from '@holdfast/identity';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CsvWriter } from '../identity/csv-writer.ts';
import {
  type ListMatch,
  matchList,
  trained,
  writePage,
  writeParameters,
} from '../identity/match-list.ts';
import { readFacts } from '../identity/read-facts.ts';
import { readRecords, type Table, type TableOptions } from '../identity/read-records.ts';
import { reportWords } from '../identity/report-words.ts';

interface ReportOptions extends TableOptions {
  readonly parameters?: string;
  readonly facts?: string;
  readonly html?: string;
  readonly json: boolean;
}

interface DedupeOptions extends ReportOptions {
  readonly groups: string;
  readonly reviews?: string;
}

export function registerIdentity(program: Command): void {
  const identity = program
    .command('identity')
    .description('Which records are of one person: train, judge and group lists of them');
  const command = (name: string, description: string): Command =>
    identity
      .command(name)
      .description(description)
      .argument('<files...>', 'CSV files, each with a first line of column names')
      .addOption(columnOption());
  command('train', 'Learn match parameters from a list alone; nobody says who is who')
    .requiredOption('--out <file>', 'where to keep the parameters, as JSON')
    .action(trainOn);
  reporting(command('evaluate', 'Match a list whose persons are known, and say how well it went'))
    .requiredOption('--person <column>', 'the column that says whose a record truly is')
    .addOption(
      new Option(
        '--person-pattern <expression>',
        'its first group is the person, such as ^rec-(\\d+)-',
      ).argParser(expression),
    )
    .option('--group <column>', 'report by this column too, such as an origin of names')
    .action(evaluate);
  reporting(command('dedupe', 'Group the records of a list that are of one person'))
    .requiredOption('--groups <file>', 'where to write the groups: record, group')
    .option('--reviews <file>', 'where to write the pairs that a steward should look at')
    .action(dedupe);
}

const reporting = (command: Command): Command =>
  command
    .option(
      '--parameters <file>',
      'parameters that `train` kept; without it the list trains its own',
    )
    .option('--facts <file>', 'what stewards decided: record, record, `same` or `different`')
    .option('--html <file>', 'write the report as a page with a picture of the scores')
    .option('--json', 'print the report as JSON', false);

const columnOption = (): Option =>
  new Option('--column <name=kind>', `what a column holds: ${COLUMN_KINDS.join(', ')}`)
    .default(new Map<string, ColumnKind>(), 'by usual names')
    .argParser(columnKind);

function columnKind(
  text: string,
  before: ReadonlyMap<string, ColumnKind>,
): ReadonlyMap<string, ColumnKind> {
  const [, name = '', kind] = /^(.+)=([A-Za-z]+)$/.exec(text) ?? [];
  const known = COLUMN_KINDS.find((each) => each === kind);
  if (known === undefined) {
    throw new InvalidArgumentError(
      `It must be COLUMN=KIND, a kind of: ${COLUMN_KINDS.join(', ')}.`,
    );
  }
  return new Map([...before, [name, known]]);
}

function expression(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch {
    throw new InvalidArgumentError('It must be a regular expression, such as ^rec-(\\d+)-.');
  }
}

async function trainOn(
  files: string[],
  options: TableOptions & { readonly out: string },
): Promise<void> {
  const { records } = await readRecords(files, options);
  const parameters = trained(records);
  await writeParameters(options.out, parameters);
  console.log(`Parameters of ${records.length} records are in ${options.out}.`);
}

async function evaluate(files: string[], options: ReportOptions): Promise<void> {
  const table = await readRecords(files, options);
  await tell(await match(table, options), options, 'How well the records were matched');
}

async function dedupe(files: string[], options: DedupeOptions): Promise<void> {
  const table = await readRecords(files, options);
  const idAt = (position: number): string => table.records.at(position)?.id ?? '';
  const reviews =
    options.reviews === undefined
      ? undefined
      : new CsvWriter(options.reviews, ['record', 'other', 'grade', 'probability', 'withheld']);
  const matched = await match(table, options, ([one, other], { probability }, judgement) => {
    if (judgement.grade === 'certain') return;
    const { grade, withheld = '' } = judgement;
    reviews?.add([idAt(one), idAt(other), grade, probability.toPrecision(4), withheld]);
  });
  reviews?.end();
  const groups = new CsvWriter(options.groups, ['record', 'group']);
  for (const members of matched.groups)
    for (const position of members) groups.add([idAt(position), idAt(members[0] ?? position)]);
  groups.end();
  await tell(matched, options, 'Records of one person');
}

async function match(
  table: Table,
  { parameters, facts }: ReportOptions,
  onLikely?: Parameters<typeof matchList>[0]['onLikely'],
): Promise<ListMatch> {
  return matchList({
    table,
    facts: await readFacts(facts),
    parameters,
    ...(onLikely === undefined ? {} : { onLikely }),
  });
}

async function tell(
  { report, seconds }: ListMatch,
  { html, json }: ReportOptions,
  title: string,
): Promise<void> {
  if (html !== undefined) await writePage(html, title, report);
  const shown = json ? `${JSON.stringify({ ...report, seconds })}\n` : reportWords(report, seconds);
  process.stdout.write(shown);
}
