import { Fault } from '@holdfast/kernel';
import { CommanderError } from 'commander';

/** Documented exit codes, after sysexits and clig.dev. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  findings: 6,
  temporary: 75,
} as const;

/** Ends the process over a failure: what happened, and what to do, the important line last. */
export function exitWith(error: unknown): never {
  if (error instanceof Fault) {
    const { row, detail, code } = error;
    console.error(`holdfast: ${row.text} [${code}]`);
    if (detail.diagnostics !== undefined) console.error(`  ${detail.diagnostics}`);
    console.error(`  ${row.mend}`);
    process.exit(row.retryable === true ? EXIT.temporary : EXIT.failure);
  }
  if (error instanceof CommanderError) {
    console.error(`holdfast: ${error.message}`);
    process.exit(EXIT.usage);
  }
  console.error(process.env['HOLDFAST_DEBUG'] ? error : `holdfast: ${(error as Error).message}`);
  process.exit(EXIT.failure);
}
