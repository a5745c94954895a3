import { POPULATION_DAY } from '@holdfast/population';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommandFailure, EXIT } from '../exit.ts';
import { dataOption, wholeNumber } from '../options.ts';
import { describeEstimate, estimate } from '../populate/estimate.ts';
import { intoStore } from '../populate/into-store.ts';
import type { Format } from '../populate/part-files.ts';
import { PeakMemory } from '../populate/peak-memory.ts';
import { writeFolder } from '../populate/write-folder.ts';
import { Progress } from '../progress.ts';

interface Options {
  readonly patients: number;
  readonly seed: number;
  readonly asOf: string;
  readonly out?: string;
  readonly format: Format;
  readonly gzip: boolean;
  readonly intoStore: boolean;
  readonly estimate: boolean;
  readonly data: string;
  readonly workers: number;
  readonly json: boolean;
}

/** A hundred times the largest size of the growth run. */
const PATIENTS_MAX = 100_000_000;

export function registerPopulate(program: Command): void {
  program
    .command('populate')
    .description('Make a synthetic population: the same seed, the same people')
    .addOption(
      new Option('--patients <n>', 'how many patients')
        .default(1_000)
        .argParser(wholeNumber(1, PATIENTS_MAX)),
    )
    .addOption(
      new Option('--seed <n>', 'which population')
        .default(1)
        .argParser(wholeNumber(0, 999_999_999)),
    )
    .addOption(
      new Option('--as-of <day>', 'the day up to which everything has happened')
        .default(POPULATION_DAY)
        .argParser(day),
    )
    .option('--out <directory>', 'write files into this folder')
    .addOption(
      new Option('--format <format>', 'of the files')
        .choices(['ndjson', 'bundles'])
        .default('ndjson'),
    )
    .option('--gzip', 'compress the files', false)
    .option(
      '--into-store',
      'load straight into the empty store that --data or DATABASE_URL names',
      false,
    )
    .addOption(dataOption())
    .addOption(
      new Option('--workers <n>', 'processes that generate and copy, with --into-store')
        .default(2)
        .argParser(wholeNumber(1, 64)),
    )
    .option('--estimate', 'only say how much disk it takes', false)
    .option('--json', 'print the summary as JSON', false)
    .action(populate);
}

function day(text: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw new InvalidArgumentError('It must be a day such as 2026-07-01.');
  }
  return text;
}

async function populate(options: Options): Promise<void> {
  if (options.estimate) {
    const bytes = estimate(options.patients);
    if (options.json) say({ patients: options.patients, bytes });
    else process.stdout.write(describeEstimate(options.patients, bytes));
    return;
  }
  const { out, intoStore: store } = options;
  if ((out === undefined) === !store) {
    throw new CommandFailure(
      out === undefined
        ? 'Nothing says where the population shall go.'
        : 'It can only go to one place.',
      'Name a folder for files with --out, or say --into-store.',
      EXIT.usage,
    );
  }
  if (out === undefined) await populateStore(options);
  else await populateFolder(out, options);
}

async function populateStore({
  data,
  patients,
  seed,
  asOf,
  workers,
  json,
}: Options): Promise<void> {
  const loaded = await intoStore(data, { patients, seed, asOf, workers });
  const { resources, kept, seconds, copySeconds, indexSeconds, rssBytes } = loaded;
  const summary = {
    patients,
    resources,
    kept,
    seconds: tidy(seconds),
    copySeconds: tidy(copySeconds),
    indexSeconds: tidy(indexSeconds),
    resourcesPerSecond: rate(resources, copySeconds + indexSeconds),
    rssMb: Math.round(rssBytes / 1e6),
  };
  if (json) return say(summary);
  console.log(
    `${resources} resources of ${patients} patients in ${seconds.toFixed(1)} s ` +
      `(${summary.resourcesPerSecond}/s: ${copySeconds.toFixed(1)} s copying, ${indexSeconds.toFixed(1)} s indexes), ` +
      `at most ${summary.rssMb} MB of memory${wasThere(kept)}`,
  );
}

async function populateFolder(out: string, options: Options): Promise<void> {
  const { patients, seed, asOf, format, gzip, json } = options;
  const progress = new Progress(patients, 'patients');
  progress.start(`Writing to ${out}`);
  const memory = new PeakMemory();
  const plan = { directory: out, patients, seed, asOf, format, gzip };
  const written = await writeFolder(plan, (done, { resources }) => {
    memory.look();
    progress.update(done, `${resources} resources`);
  });
  const { seconds } = progress;
  const summary = {
    patients,
    ...written,
    seconds: tidy(seconds),
    resourcesPerSecond: rate(written.resources, seconds),
    rssMb: memory.look(),
  };
  if (json) return say(summary);
  console.log(
    `${written.resources} resources of ${patients} patients in ${seconds.toFixed(1)} s ` +
      `(${summary.resourcesPerSecond}/s), ${Math.round(written.bytes / 1e6)} MB, ` +
      `at most ${summary.rssMb} MB of memory${wasThere(written.kept)}`,
  );
}

const tidy = (seconds: number): number => Number(seconds.toFixed(3));
const rate = (count: number, seconds: number): number =>
  Math.round(count / Math.max(0.001, seconds));
const wasThere = (kept: number): string =>
  kept === 0 ? '' : `, ${kept} patients were there already`;
const say = (summary: object): void => {
  process.stdout.write(`${JSON.stringify(summary)}\n`);
};
