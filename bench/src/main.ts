import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { commit, machine } from './machine.ts';
import { benches } from './registry.ts';
import { type Report, rounded, table } from './report.ts';

const USAGE_STATUS = 2;

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const settings = new Map<string, string>();
  const { positionals, tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: { json: { type: 'boolean' }, ...valueOptions() },
  });
  for (const token of tokens) {
    if (token.kind === 'option' && token.value !== undefined) settings.set(token.name, token.value);
  }
  const json = tokens.some((token) => token.kind === 'option' && token.name === 'json');
  const bench = benches.find(({ name }) => name === positionals[0]);
  const unknown = [...settings.keys()].find((name) => bench?.settings[name] === undefined);
  if (bench === undefined || unknown !== undefined) {
    process.stderr.write(usage(unknown));
    process.exitCode = USAGE_STATUS;
    return;
  }
  const log = (line: string) => process.stderr.write(`${bench.name}: ${line}\n`);
  const { figures, postgres } = await bench.run({ log, settings });
  const report: Report = {
    bench: bench.name,
    at: new Date().toISOString(),
    commit: commit(),
    machine: machine(postgres),
    figures: rounded(figures),
  };
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : table(report));
}

function valueOptions() {
  const names = new Set(benches.flatMap(({ settings }) => Object.keys(settings)));
  return Object.fromEntries([...names].map((name) => [name, { type: 'string' as const }]));
}

function usage(unknown: string | undefined): string {
  const known = (bench: Bench) =>
    Object.entries(bench.settings)
      .map(([name, value]) => ` [--${name} ${value}]`)
      .join('');
  const lines = benches.map((bench) => `  ${bench.name}${known(bench)}\n      ${bench.summary}\n`);
  const complaint = unknown === undefined ? '' : `No setting --${unknown} there.\n\n`;
  return `${complaint}npm run bench -- NAME [--json]\n\n${lines.join('')}`;
}
