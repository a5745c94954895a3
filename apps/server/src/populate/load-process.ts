import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadAnswer, LoadAsk } from './load-protocol.ts';
import type { LoadJob } from './open-loader.ts';

/** A process of a load, as the process that started it sees it. */
export class LoadProcess {
  readonly #child: ChildProcess;
  #waiting: { readonly settle: (answer: LoadAnswer) => void } | undefined;
  #ended = false;
  /** The most that it was seen to hold. */
  rssBytes = 0;

  constructor() {
    // From source it is TypeScript and needs the host's own loader flags; built, it is JavaScript.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    this.#child = fork(fileURLToPath(new URL(`./load-child.${extension}`, import.meta.url)), [], {
      execArgv: process.execArgv.filter((flag) => !/^--(?:inspect|cpu-prof)/.test(flag)),
      // It is told what it needs; it gets no credentials and no configuration.
      env: {},
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (answer) => this.#settle(answer as LoadAnswer)); // our own build
    this.#child.on('exit', (code, signal) => {
      this.#ended = true;
      this.#settle({ kind: 'failed', message: `A process of the load ended: ${signal ?? code}` });
    });
    this.#child.on('error', (error) => this.#settle({ kind: 'failed', message: error.message }));
  }

  async open(job: LoadJob): Promise<void> {
    await this.#ask({ kind: 'open', job });
  }

  /** @returns resources written */
  async load(batch: number): Promise<number> {
    return this.#ask({ kind: 'load', batch });
  }

  end(): void {
    this.#child.kill();
  }

  async #ask(ask: LoadAsk): Promise<number> {
    const answer = await new Promise<LoadAnswer>((resolve) => {
      if (this.#ended)
        return resolve({ kind: 'failed', message: 'A process of the load had ended' });
      this.#waiting = { settle: resolve };
      this.#child.send(ask);
    });
    if (answer.kind === 'failed') throw new Error(answer.message);
    this.rssBytes = Math.max(this.rssBytes, answer.rssBytes);
    return answer.resources;
  }

  #settle(answer: LoadAnswer): void {
    this.#waiting?.settle(answer);
    this.#waiting = undefined;
  }
}
