import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ChildCall, ChildLoad, ChildMessage, ChildUnload } from './child-protocol.ts';

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface ChildEvents {
  message(message: ChildMessage): void;
  /** Once, however it ended or failed to begin. */
  ended(end: ChildEnd): void;
}

export interface ChildProgram {
  readonly entry: URL;
  readonly execArgv: readonly string[];
}

/**
 * From source the child is TypeScript and needs the host's own loader flags; built, it is the
 * JavaScript beside this file. A debugger's port can be held by one process only.
 */
export function defaultProgram(): ChildProgram {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return {
    entry: new URL(`./child.${extension}`, import.meta.url),
    execArgv: process.execArgv.filter((flag) => !flag.startsWith('--inspect')),
  };
}

/** One process that scores one call at a time. */
export class ScoringChild {
  readonly #process: ChildProcess;
  #ended = false;

  constructor(program: ChildProgram, events: ChildEvents) {
    this.#process = fork(fileURLToPath(program.entry), [], {
      execArgv: [...program.execArgv],
      // The child computes; it gets no credentials and no configuration.
      env: {},
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const end = (how: ChildEnd): void => {
      if (this.#ended) return;
      this.#ended = true;
      events.ended(how);
    };
    // The other end is our own code in the same build, so its messages have the declared shape.
    this.#process.on('message', (message) => events.message(message as ChildMessage));
    this.#process.on('exit', (code, signal) => end({ code, signal }));
    this.#process.on('error', () => {
      if (this.#process.pid === undefined) end({ code: null, signal: null });
    });
  }

  get pid(): number | null {
    return this.#process.pid ?? null;
  }

  send(call: ChildCall | ChildLoad | ChildUnload): void {
    // A closed channel means that it is dying: `ended` follows and answers for the call.
    this.#process.send(call, () => undefined);
  }

  /** At once and not to be refused; `ended` follows. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }
}
