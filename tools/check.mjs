// Every rule of the house that a program can hold: `npm run check`, or `npm run check -- lint`.
// All steps run, so that one run shows everything there is to mend.

import { say } from './progress.mjs';
import { runInstalled } from './run-program.mjs';
import { prepare } from './setup.mjs';

/** @type {Record<string, readonly (readonly [string, ...string[]])[]>} */
const STEPS = {
  format: [['@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--max-diagnostics=200', '.']],
  // Before lint, which reads types from what the packages build.
  types: [
    ['@typescript/native/bin/tsc', '-b', 'tsconfig.build.json'],
    ['@typescript/native/bin/tsc', '-p', 'tsconfig.json'],
    ['@typescript/native/bin/tsc', '-p', 'apps/console'],
    ['@typescript/native/bin/tsc', '-p', 'bench', '--noEmit'],
    ['@typescript/native/bin/tsc', '-p', 'training', '--noEmit'],
  ],
  lint: [
    [
      'oxlint/bin/oxlint',
      '--type-aware',
      '--deny-warnings',
      '--report-unused-disable-directives-severity=error',
    ],
  ],
  layers: [['tsx/dist/cli.mjs', 'tools/check-layers.ts']],
  'dead code': [['knip/bin/knip.js', '--treat-config-hints-as-errors']],
  tidy: [['vitest/vitest.mjs', 'run', 'tools/']],
};

/** @param {string} step */
async function passes(step) {
  const startedAt = performance.now();
  for (const [program, ...args] of STEPS[step] ?? []) {
    const { code, said } = await runInstalled(program, args, { quiet: true });
    if (code === 0) continue;
    say(`\n${said.trim()}\n\nfailed  ${step}`);
    return false;
  }
  say(`ok      ${step} (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`);
  return true;
}

const asked = process.argv.slice(2);
const unknown = asked.filter((step) => STEPS[step] === undefined);
const failed = unknown.map((step) => `${step} (no such check)`);
if (unknown.length > 0) say(`There are: ${Object.keys(STEPS).join(', ')}.`);
try {
  await prepare();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  failed.push('set-up');
}
for (const step of asked.length > 0 ? asked : Object.keys(STEPS)) {
  if (STEPS[step] !== undefined && !(await passes(step))) failed.push(step);
}
say(failed.length === 0 ? 'All checks passed.' : `Failed checks: ${failed.join(', ')}.`);
// The exit code is the number of failed checks, for `.ci/run` to count.
process.exitCode = failed.length;
