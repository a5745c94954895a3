// Runs property and simulation tests at their full counts and records the result:
// `npm run soak -- packages/ledger`. `npm test` runs the same tests with small seeded counts.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { say } from './progress.mjs';
import { ROOT, runInstalled } from './run-program.mjs';
import { setUp } from './setup.mjs';
import { sourceFiles } from './source-files.mjs';

const FACTOR = 100;
const RECORD = join(ROOT, 'docs', 'performance.md');
/** However the table is laid out. */
const HEADING = /^\| *test *\| *factor *\|.*\n.*/m;

const soakable = sourceFiles().filter(
  (file) => file.endsWith('.test.ts') && readFileSync(join(ROOT, file), 'utf8').includes('runs('),
);
const [name] = process.argv.slice(2);
const chosen = name === undefined ? [] : soakable.filter((file) => file.includes(name));

if (chosen.length === 0) {
  say(`Name a test by a part of its path: npm run soak -- NAME\n\n${soakable.join('\n')}`);
  process.exitCode = 2;
} else {
  await setUp();
  const startedAt = performance.now();
  const { code } = await runInstalled(
    'vitest/vitest.mjs',
    ['run', '--testTimeout=7200000', ...chosen],
    { env: { HOLDFAST_SOAK: String(FACTOR) } },
  );
  record(code === 0 ? 'passed' : 'failed', (performance.now() - startedAt) / 60_000);
  await runInstalled('@biomejs/biome/bin/biome', ['format', '--write', RECORD], { quiet: true });
  process.exitCode = code;
}

/**
 * @param {string} outcome
 * @param {number} minutes
 */
function record(outcome, minutes) {
  const git = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' });
  const machine = `${cpus().length} cores, Node ${process.versions.node}`;
  const commit = git.stdout.trim() || 'unknown';
  const at = new Date().toISOString();
  const row = [name, FACTOR, outcome, minutes.toFixed(1), commit, machine, at];
  const text = readFileSync(RECORD, 'utf8');
  const heading = HEADING.exec(text);
  if (heading === null) throw new Error(`${RECORD} has lost its table of soak runs`);
  const end = heading.index + heading[0].length;
  writeFileSync(RECORD, `${text.slice(0, end)}\n| ${row.join(' | ')} |${text.slice(end)}`);
}
