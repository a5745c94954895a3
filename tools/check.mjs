// Every rule of the house that a program can hold: `npm run check`, or `npm run check -- lint`.
// All steps run, so that one run shows everything there is to mend.

import { readFileSync } from 'node:fs';
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

/**
 * How a step's output tells the number of its findings.
 * @type {Record<string, RegExp>}
 */
const COUNTS = {
  lint: /and (\d+) errors?/,
  layers: /(\d+) problems/,
  'dead code': /^(?:Unused|Unresolved|Unlisted|Configuration)[^\n]*\((\d+)\)/gm,
  tidy: /Tests\D+(\d+) failed/,
};

/** Findings that stand from before a rule was held by a program. May only shrink. */
const OWED = /** @type {Record<string, number>} */ (
  JSON.parse(readFileSync(new URL('owed-findings.json', import.meta.url), 'utf8'))
);

/**
 * @param {string} step
 * @param {string} said
 * @returns {number} findings; Infinity where the output does not tell, so that it never passes
 */
function findings(step, said) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of the tools' output
  const plain = said.replace(/\u001B\[[0-9;]*m/g, '');
  const pattern = COUNTS[step];
  if (pattern === undefined) return Number.POSITIVE_INFINITY;
  const found = pattern.global ? [...plain.matchAll(pattern)] : [plain.match(pattern)];
  const numbers = found.map((match) => Number(match?.[1] ?? Number.NaN));
  const sum = numbers.reduce((a, b) => a + b, 0);
  return numbers.length === 0 || Number.isNaN(sum) ? Number.POSITIVE_INFINITY : sum;
}

/** @param {string} step */
async function passes(step) {
  const startedAt = performance.now();
  for (const [program, ...args] of STEPS[step] ?? []) {
    const { code, said } = await runInstalled(program, args, { quiet: true });
    if (code !== 0) {
      const count = findings(step, said);
      const owed = OWED[step] ?? 0;
      if (count <= owed) {
        say(
          `ok      ${step} (${count} findings owed, ${owed} allowed: see tools/owed-findings.json)`,
        );
        continue;
      }
      say(`${count} findings, ${owed} owed`);
      say(`\n${said.trim()}\n\nfailed  ${step}`);
      return false;
    }
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
