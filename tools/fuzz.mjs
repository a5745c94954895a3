// Runs one differential test at its full count and records it: `npm run fuzz -- consent` compares
// the compiled consent engine with its reference interpreter on more than 10^6 random triples.

import { say } from './progress.mjs';
import { runProgram } from './run-program.mjs';

/** @type {Readonly<Record<string, string>>} */
const TARGETS = {
  consent: 'packages/consent/src/engine.property.test.ts',
};

const [name] = process.argv.slice(2);
const target = name === undefined ? undefined : TARGETS[name];
if (target === undefined) {
  say(`Name what to fuzz: ${Object.keys(TARGETS).join(', ')}`);
  process.exitCode = 2;
} else {
  const soak = new URL('soak.mjs', import.meta.url).pathname;
  const { code } = await runProgram(process.execPath, [soak, target]);
  process.exitCode = code;
}
