// Runs every level of test that exists: `npm test`, or `npm test -- packages/consent`.
// The last line is always `N passed, N failed`.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closingLine } from './closing-line.mjs';
import { say } from './progress.mjs';
import { runInstalled } from './run-program.mjs';
import { build, prepare } from './setup.mjs';
import { ensureTestPrograms } from './test-programs.mjs';

/** Checks that failed earlier in the same run (`.ci/run`): the closing line must not hide them. */
let earlierFailures = Number(process.env['HOLDFAST_CHECKS_FAILED'] ?? 0);

/**
 * @param {readonly string[]} filters
 * @returns {Promise<import('./closing-line.mjs').Counts>}
 */
async function runTests(filters) {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-counts-'));
  const file = join(directory, 'counts.json');
  try {
    const { code } = await runInstalled(
      'vitest/vitest.mjs',
      ['run', '--reporter=default', '--reporter=./tools/closing-line.mjs', ...filters],
      { env: { HOLDFAST_TEST_COUNTS: file } },
    );
    const written = /** @type {unknown} */ (JSON.parse(readFileSync(file, 'utf8')));
    const counts = /** @type {import('./closing-line.mjs').Counts} */ (written);
    // A run that vitest calls failed never closes with `0 failed`.
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** @param {unknown} error */
const complain = (error) => say(error instanceof Error ? error.message : String(error));

/** @type {import('./closing-line.mjs').Counts} */
let counts = { passed: 0, failed: 1, skipped: 0 };
try {
  await prepare();
  await build().catch((error) => {
    complain(error); // most tests run on the sources and can still say what is wrong
    earlierFailures += 1;
  });
  await ensureTestPrograms();
  counts = await runTests(process.argv.slice(2));
} catch (error) {
  complain(error);
}
counts.failed += earlierFailures;
if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1;
console.log(closingLine(counts));
