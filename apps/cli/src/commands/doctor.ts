import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inspectBroker, readBrokerSettings } from '@holdfast/events';
import { type Command, InvalidArgumentError } from 'commander';
import { type DataOption, databaseAddress } from '../database-address.ts';
import { type Finding, findingsOf } from '../doctor/finding.ts';
import { diskSpace, keyFiles, postgresFacts, syncFacts } from '../doctor/gather-facts.ts';
import { judgeBroker } from '../doctor/judge-broker.ts';
import { judgeDisk, judgeKeys } from '../doctor/judge-files.ts';
import { judgePostgres } from '../doctor/judge-postgres.ts';
import { EXIT } from '../exit.ts';
import { jsonLine } from '../json-line.ts';
import { dataOption } from '../options.ts';

interface Options extends DataOption {
  readonly json: boolean;
}

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Look at database, keys, broker and disk; say what to mend. Changes nothing')
    .addOption(dataOption())
    .option('--json', 'print one JSON value a line', false)
    .action(examine);
}

const SIGNS = { well: 'well  ', should: 'SHOULD', must: 'MUST  ' } as const;

async function examine({ data, json }: Options): Promise<void> {
  const directory = resolve(data);
  const findings = [
    nodeFinding(),
    ...(await postgresFindings(directory)),
    ...judgeKeys(join(directory, 'keys'), await keyFiles(join(directory, 'keys'))),
    ...(await brokerFindings()),
    ...(existsSync(directory) ? [judgeDisk(directory, await diskSpace(directory))] : []),
  ];
  for (const finding of findings) {
    process.stdout.write(json ? jsonLine(finding) : lineOf(finding));
  }
  if (findings.some(({ gravity }) => gravity === 'must')) process.exitCode = EXIT.findings;
}

function lineOf({ area, gravity, found, mend }: Finding): string {
  const first = `${SIGNS[gravity]}  ${area.padEnd(10)}  ${found}\n`;
  return mend === null ? first : `${first}${' '.repeat(20)}${mend}\n`;
}

/** What `package.json` asks for, and installing has checked already. */
function nodeFinding(): Finding {
  return findingsOf('node').well(`Node ${process.versions.node}`);
}

async function postgresFindings(directory: string): Promise<Finding[]> {
  try {
    const { url, done } = await databaseAddress(directory);
    try {
      return judgePostgres(await postgresFacts(url));
    } finally {
      await done();
    }
  } catch (error) {
    const { must } = findingsOf('postgresql');
    return [
      must(
        `no database: ${(error as Error).message}`,
        'Start it, or name it with DATABASE_URL or its directory with --data',
      ),
    ];
  }
}

async function brokerFindings(): Promise<Finding[]> {
  const settings = readBrokerSettings(process.env);
  if (!settings.ok) throw new InvalidArgumentError(settings.error);
  if (settings.value === undefined) return [findingsOf('broker').well('none is configured')];
  const monitors = (process.env['HOLDFAST_NATS_MONITOR'] ?? '')
    .split(',')
    .flatMap((each) => each.trim() || []);
  const [facts, sync] = await Promise.all([
    inspectBroker(settings.value),
    Promise.all(monitors.map(syncFacts)),
  ]);
  const { replicas } = settings.value;
  const production = process.env['NODE_ENV'] === 'production';
  return judgeBroker({ facts, sync, replicas, production });
}
