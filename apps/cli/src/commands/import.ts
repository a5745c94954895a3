import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Command, Option } from 'commander';
import { CommandFailure, EXIT } from '../exit.ts';
import { serverOption, usually, wholeNumber } from '../options.ts';
import { Progress } from '../progress.ts';
import { type ServerAddress, tokenFor } from './server-address.ts';

const unzip = promisify(gunzip);

interface Options extends ServerAddress {
  readonly parallel: number;
  readonly json: boolean;
}

interface Tally {
  bundles: number;
  resources: number;
  readonly failures: { file: string; status: number; problem: string }[];
  /** Created, by resource type. */
  readonly types: Map<string, number>;
}

interface AnswerBundle {
  readonly entry?: readonly {
    readonly response?: { readonly status?: string; readonly location?: string };
  }[];
}

interface Outcome {
  readonly issue?: readonly {
    readonly details?: { readonly text?: string };
    readonly diagnostics?: string;
    readonly expression?: readonly string[];
  }[];
}

/** Beyond it bundles only wait in the server instead of here. */
const PARALLEL_MAX = 64;

export function registerImport(program: Command): void {
  program
    .command('import')
    .argument('<files...>', 'FHIR transaction Bundles: .json or .json.gz')
    .description('Load FHIR transaction Bundles, each whole or not at all')
    .addOption(serverOption())
    .addOption(
      new Option('--parallel <n>', 'Bundles under way at once')
        .default(4)
        .argParser(wholeNumber(1, PARALLEL_MAX)),
    )
    .option('--json', 'print the summary as JSON', false)
    .addHelpText(
      'after',
      `
Environment:
  HOLDFAST_TOKEN   call with this token; without it as the demo persona "importer"`,
    )
    .action(importFiles);
}

async function importFiles(files: string[], options: Options): Promise<void> {
  refuseMissing(files);
  const token = await tokenFor(options, usually('importer'));
  const tally: Tally = { bundles: 0, resources: 0, failures: [], types: new Map() };
  const progress = new Progress(files.length, 'bundles');
  progress.start(`Loading into ${options.server}`);
  const queue = [...files];
  const work = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      await importFile(file, { options, token, tally });
      const done = tally.bundles + tally.failures.length;
      const rate = Math.round(tally.resources / Math.max(0.001, progress.seconds));
      const failed = tally.failures.length === 0 ? '' : `${tally.failures.length} failed, `;
      progress.update(done, `${failed}${tally.resources} resources, ${rate} resources/s`);
    }
  };
  const lanes = Math.min(options.parallel, files.length);
  await Promise.all(Array.from({ length: lanes }, work));
  report(tally, progress.seconds, options.json);
  if (tally.failures.length > 0) console.error(onlyThese(tally));
}

/** Before the first is sent: a mistyped name is no reason to load half of what was meant. */
function refuseMissing(files: readonly string[]): void {
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length === 0) return;
  throw new CommandFailure(
    `No file matches ${missing.join(', ')}.`,
    'Nothing was loaded. Name FHIR transaction Bundles, such as examples/*-bundle.json.',
    EXIT.usage,
  );
}

async function importFile(
  file: string,
  { options, token, tally }: { options: Options; token: string; tally: Tally },
): Promise<void> {
  const name = basename(file);
  try {
    const raw = await readFile(file);
    const body = file.endsWith('.gz') ? await unzip(raw) : raw;
    const response = await fetch(`${options.server}/fhir/R4`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: new Uint8Array(body),
    });
    if (response.status !== 200) {
      tally.failures.push({
        file: name,
        status: response.status,
        problem: await problemOf(response),
      });
      return;
    }
    count(tally, (await response.json()) as AnswerBundle);
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error };
    tally.failures.push({ file: name, status: 0, problem: cause?.message ?? message });
  }
}

function count(tally: Tally, answer: AnswerBundle): void {
  tally.bundles++;
  for (const { response } of answer.entry ?? []) {
    const type = response?.location?.split('/')[0] ?? '';
    tally.resources++;
    tally.types.set(type, (tally.types.get(type) ?? 0) + 1);
  }
}

async function problemOf(response: Response): Promise<string> {
  const outcome = (await response.json().catch(() => ({}))) as Outcome;
  const issue = outcome.issue?.[0];
  return [issue?.expression?.[0], issue?.details?.text, issue?.diagnostics]
    .filter(Boolean)
    .join(': ');
}

/** Loading all again is the next thought, and most Bundles create what they hold anew each time. */
function onlyThese({ failures, bundles }: Tally): string {
  const unsure = failures.some(({ status }) => status === 0)
    ? '\nWhat has no answer may be there all the same: look before you give it again.'
    : '';
  const rest =
    bundles === 0 ? '' : ` ${bundles} are there, and given again they would be there twice.`;
  return `Give only these again: ${failures.map(({ file }) => file).join(' ')}.${rest}${unsure}`;
}

function report(tally: Tally, seconds: number, json: boolean): void {
  const rate = Math.round(tally.resources / Math.max(0.001, seconds));
  if (json) {
    const types = Object.fromEntries([...tally.types].sort(([a], [b]) => a.localeCompare(b)));
    const summary = {
      ...tally,
      types,
      seconds: Number(seconds.toFixed(3)),
      resourcesPerSecond: rate,
    };
    process.stdout.write(`${JSON.stringify(summary)}\n`);
  } else {
    for (const [type, n] of [...tally.types].sort((a, b) => b[1] - a[1]))
      console.log(`  ${String(n).padStart(7)}  ${type}`);
    for (const { file, status, problem } of tally.failures)
      console.error(`  not loaded: ${file} (${status || 'no answer'}): ${problem}`);
    console.log(
      `${tally.resources} resources from ${tally.bundles} bundles in ${seconds.toFixed(1)} s (${rate}/s), ${tally.failures.length} bundles failed`,
    );
  }
  if (tally.failures.length > 0) process.exitCode = EXIT.failure;
}
