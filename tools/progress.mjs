// Words for a person, on standard error: standard output is for data.

const isTerminal = process.stderr.isTTY === true && process.env['TERM'] !== 'dumb';
const QUIET_MS = 2_000;
const REPEAT_MS = 10_000;

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Runs a step that may take a while: says what it is, goes on saying so, and how long it took.
 *
 * @template Value
 * @param {string} what in the form "Building the packages"
 * @param {() => Promise<Value>} work
 * @returns {Promise<Value>}
 */
export async function withProgress(what, work) {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1_000);
  say(`${what} ...`);
  const still = () => say(`  still at it: ${what.toLowerCase()} (${seconds()} s)`);
  const ticking = setInterval(still, isTerminal ? QUIET_MS * 2 : REPEAT_MS);
  try {
    const value = await work();
    if (performance.now() - startedAt > QUIET_MS) say(`  done in ${seconds()} s`);
    return value;
  } finally {
    clearInterval(ticking);
  }
}
