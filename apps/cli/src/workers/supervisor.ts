import type { Clock, Timers } from '@holdfast/kernel';
import {
  RESTART_PAUSE_LEAST_MS,
  RESTART_PAUSE_MOST_MS,
  STEADY_MS,
  STOP_PATIENCE_MS,
} from './limits.ts';

/** One process, from its start to its end. */
export interface Worker<Facts> {
  readonly pid: number;
  /** Settles once it serves; never where it ends before. */
  readonly serving: Promise<Facts>;
  /** Its exit status; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
}

export interface SupervisorOptions<Facts> {
  readonly workers: number;
  /** @param number from 1 on; who takes over from a process that ended has its number */
  readonly start: (number: number) => Worker<Facts>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onServing: (number: number, pid: number) => void;
  readonly onEnded: (number: number, pid: number) => void;
}

/** The first process ended before it served: what it said on its way out is the reason. */
export class FirstStartFailed extends Error {
  override readonly name = 'FirstStartFailed';
  readonly status: number;

  constructor(status: number | null) {
    super('The first process did not start.');
    this.status = status ?? 1;
  }
}

/**
 * Keeps so many processes running. A process that ends is replaced, after a pause that grows while
 * its successors end early too: one that crashes at its start must not take the machine.
 */
export class Supervisor<Facts> {
  readonly #options: SupervisorOptions<Facts>;
  readonly #running = new Map<number, Worker<Facts>>();
  readonly #kept: Promise<void>[] = [];
  readonly #waiting = new Set<() => void>();
  #stopping = false;

  constructor(options: SupervisorOptions<Facts>) {
    this.#options = options;
  }

  /**
   * Starts the first alone, since it prepares the database for all, then the others.
   * @returns what the first said once all serve
   * @throws FirstStartFailed
   */
  async start(): Promise<Facts> {
    const { workers } = this.#options;
    const first = this.#startOne(1);
    const facts = await Promise.race([
      first.serving,
      first.ended.then((status): Facts => {
        throw new FirstStartFailed(status);
      }),
    ]);
    this.#keep(1, first);
    const others = Array.from({ length: workers - 1 }, (_, n) => n + 2);
    await Promise.all(
      others.map((number) => {
        const worker = this.#startOne(number);
        this.#keep(number, worker);
        return Promise.race([worker.serving, worker.ended]);
      }),
    );
    return facts;
  }

  /** Lets all of them finish what they serve, at once, and waits until they have ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const wake of [...this.#waiting]) wake();
    for (const worker of this.#running.values()) worker.signal('SIGTERM');
    const cancel = this.#options.timers.after(STOP_PATIENCE_MS, () => {
      for (const worker of this.#running.values()) worker.signal('SIGKILL');
    });
    await Promise.all(this.#kept);
    cancel();
  }

  #startOne(number: number): Worker<Facts> {
    const worker = this.#options.start(number);
    this.#running.set(number, worker);
    void worker.serving.then(() => this.#options.onServing(number, worker.pid));
    return worker;
  }

  #keep(number: number, first: Worker<Facts>): void {
    this.#kept.push(this.#keepOne(number, first));
  }

  async #keepOne(number: number, first: Worker<Facts>): Promise<void> {
    const { clock, onEnded } = this.#options;
    let early = 0;
    for (let worker = first; ; worker = this.#startOne(number)) {
      const startedMs = clock.monotonicMs();
      await worker.ended;
      this.#running.delete(number);
      if (this.#stopping) return;
      onEnded(number, worker.pid);
      early = clock.monotonicMs() - startedMs < STEADY_MS ? early + 1 : 0;
      await this.#pause(restartPauseMs(early));
      if (this.#stopping) return;
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#waiting.delete(wake);
        resolve();
      };
      const cancel = this.#options.timers.after(ms, wake);
      this.#waiting.add(wake);
    });
  }
}

/** @param early processes with this number that ended early, in a row */
export const restartPauseMs = (early: number): number =>
  Math.min(RESTART_PAUSE_MOST_MS, RESTART_PAUSE_LEAST_MS * 2 ** Math.max(0, early - 1));
