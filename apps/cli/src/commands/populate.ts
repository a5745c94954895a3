import { POPULATION_DAY } from '@holdfast/population';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommandFailure, EXIT } from '../exit.ts';
import { wholeNumber } from '../options.ts';
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
  const { out } = options;
  if (out === undefined) {
    throw new CommandFailure(
      'Nothing says where the population shall go.',
      'Name a folder for files with --out.',
      EXIT.usage,
    );
  }
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
    seconds: Number(seconds.toFixed(3)),
    resourcesPerSecond: Math.round(written.resources / Math.max(0.001, seconds)),
    rssMb: memory.look(),
  };
  if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else {
    const kept = written.kept === 0 ? '' : `, ${written.kept} patients were there already`;
    console.log(
      `${written.resources} resources of ${patients} patients in ${seconds.toFixed(1)} s ` +
        `(${summary.resourcesPerSecond}/s), ${Math.round(written.bytes / 1e6)} MB, at most ${summary.rssMb} MB of memory${kept}`,
    );
  }
}
