import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-program.mjs';
import { sourceFiles } from './source-files.mjs';

const SOURCE = /^((?:packages|apps)\/[^/]+)\/src\/(.+)\.ts$/;
const NOT_BUILT = /\.test\.ts$|\/testing\/|\.d\.ts$/;

/**
 * Makes the compiler build anew where a source has no output: it takes a file that only moved for
 * built already (TypeScript 7.0), and the package then lacks it.
 *
 * @returns {boolean} whether there is anything to build
 */
export function forgetIncompleteBuilds() {
  /** @type {Set<string>} */
  const incomplete = new Set();
  for (const file of sourceFiles()) {
    const [, project, name] = SOURCE.exec(file) ?? [];
    if (project === undefined || NOT_BUILT.test(file)) continue;
    const record = join(ROOT, project, 'dist', '.tsbuildinfo');
    if (!existsSync(record)) continue;
    if (!existsSync(join(ROOT, project, 'dist', `${name}.js`))) incomplete.add(record);
  }
  for (const record of incomplete) rmSync(record);
  return incomplete.size > 0;
}
