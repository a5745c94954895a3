import { DRILLS, type DrillVerdict, runDrill, throwawayWorld } from '@holdfast/server';
import type { Command } from 'commander';
import { CommandFailure, EXIT } from '../exit.ts';
import { jsonLine } from '../json-line.ts';

/** `holdfast drill`: breaks a server of its own and holds the incident against the truth. */
export function registerDrill(program: Command): void {
  program
    .command('drill')
    .description(
      'Break a server that is started for it, and check that the incident tells the truth',
    )
    .argument('[name]', `which fault: ${DRILLS.map(({ name }) => name).join(', ')}`)
    .option('--json', 'print the verdict as JSON', false)
    .action(drill);
}

async function drill(
  name: string | undefined,
  { json }: { readonly json: boolean },
): Promise<void> {
  if (name === undefined) {
    for (const each of DRILLS) process.stdout.write(`${each.name.padEnd(16)}  ${each.summary}\n`);
    return;
  }
  const found = DRILLS.find((each) => each.name === name);
  if (found === undefined) {
    const names = DRILLS.map((each) => each.name).join(', ');
    throw new CommandFailure(`There is no drill ${name}.`, `There are: ${names}.`, EXIT.usage);
  }
  const world = await throwawayWorld((line) => process.stderr.write(`${line}\n`));
  try {
    const verdict = await runDrill(found, world);
    process.stdout.write(json ? jsonLine(verdict) : inWords(verdict));
    if (!verdict.causeFirst || !verdict.affectedExact) process.exitCode = EXIT.findings;
  } finally {
    await world.stop();
  }
}

function inWords({
  drill: name,
  causeFirst,
  affectedExact,
  tookMs,
  expected,
  found,
}: DrillVerdict) {
  const sign = (isRight: boolean) => (isRight ? 'right' : 'WRONG');
  const lines = [
    `${name}: after ${(tookMs / 1_000).toFixed(1)} s`,
    `  cause     ${sign(causeFirst)}  ${found.causes.join(', ') || 'no incident'} (true: ${expected.cause})`,
    `  affected  ${sign(affectedExact)}  ${found.patients} patients (true: ${expected.patients})`,
    ...found.located.map((where) => `  located   ${where}`),
  ];
  return `${lines.join('\n')}\n`;
}
