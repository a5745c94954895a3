import { Fault } from '@holdfast/kernel';
import { CommanderError, InvalidArgumentError } from 'commander';

/** Documented exit codes, after sysexits and clig.dev. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  findings: 6,
  temporary: 75,
} as const;

/** A command that cannot go on, in words for the person who typed it. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  /** What to do now. */
  readonly mend: string;
  readonly code: number;

  constructor(message: string, mend: string, code: number = EXIT.failure) {
    super(message);
    this.mend = mend;
    this.code = code;
  }
}

/** Ends the process over a failure: what happened, and what to do, the important line last. */
export function exitWith(error: unknown): never {
  if (error instanceof Fault) {
    const { row, detail, code } = error;
    console.error(`holdfast: ${row.text} [${code}]`);
    if (detail.expression !== undefined) console.error(`  At ${detail.expression.join(', ')}`);
    if (detail.diagnostics !== undefined) console.error(`  ${detail.diagnostics}`);
    console.error(`  ${row.mend}`);
    process.exit(row.retryable === true ? EXIT.temporary : EXIT.failure);
  }
  if (error instanceof CommandFailure) {
    console.error(`holdfast: ${error.message}\n  ${error.mend}`);
    process.exit(error.code);
  }
  if (error instanceof InvalidArgumentError) {
    console.error(`holdfast: ${error.message}`);
    process.exit(EXIT.usage);
  }
  // Its message is already said; asking for help or the version is no failure.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
  console.error(process.env['HOLDFAST_DEBUG'] ? error : `holdfast: ${(error as Error).message}`);
  process.exit(EXIT.failure);
}
