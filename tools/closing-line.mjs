import { writeFileSync } from 'node:fs';

/**
 * Counts of a test run. A file that could not be loaded and an error outside any test count as one
 * failure each: nothing that went wrong is missing from the closing line.
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/** A vitest reporter that leaves the counts in the file named by HOLDFAST_TEST_COUNTS. */
export default class CountsReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    const file = process.env['HOLDFAST_TEST_COUNTS'];
    if (file !== undefined) writeFileSync(file, JSON.stringify(count(modules, unhandled)));
  }
}

/**
 * @param {readonly import('vitest/node').TestModule[]} modules
 * @param {readonly unknown[]} unhandled
 * @returns {Counts}
 */
function count(modules, unhandled) {
  const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
  for (const module of modules) {
    counts.failed += module.errors().length;
    for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') counts.passed += 1;
      else if (state === 'skipped') counts.skipped += 1;
      else counts.failed += 1; // failed, or never finished
    }
  }
  return counts;
}

/**
 * @param {Counts} counts
 * @returns {string}
 */
export function closingLine({ passed, failed, skipped }) {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}
