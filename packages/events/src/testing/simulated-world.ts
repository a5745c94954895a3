import type { Timers } from '@holdfast/kernel';
import type { SeededRandom } from '@holdfast/testkit';

/** Everything that waits in a simulation waits here; a seed decides who goes on next. */
export class SimulatedWorld {
  readonly random: SeededRandom;
  readonly #ready: (() => void)[] = [];
  readonly #timers = new Map<number, { readonly due: number; readonly run: () => void }>();
  #nowMs = 0;
  #wallSkewMs = 0;
  #nextTimer = 0;
  steps = 0;

  constructor(random: SeededRandom) {
    this.random = random;
  }

  /** A point at which others may go first. */
  step(): Promise<void> {
    return new Promise((resolve) => this.#ready.push(resolve));
  }

  readonly timers: Timers = {
    after: (delayMs, run) => {
      const key = this.#nextTimer++;
      this.#timers.set(key, { due: this.#nowMs + delayMs, run });
      return () => this.#timers.delete(key);
    },
  };

  /** Time as timers count it: it only goes forward. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Time as the database's clock says it, which somebody may set. */
  get wallMs(): number {
    return this.#nowMs + this.#wallSkewMs;
  }

  setWallClock(byMs: number): void {
    this.#wallSkewMs += byMs;
  }

  /**
   * Runs until nothing waits.
   *
   * @param between called before each step: the place for faults
   * @throws Error when it never comes to rest
   */
  async run(between: () => void = () => undefined, maxSteps = 20_000): Promise<void> {
    for (;;) {
      await settle();
      between();
      // Time passes while others work, too.
      if (this.random.chance(0.05) && this.#fireTimer()) continue;
      if (this.#ready.length > 0) {
        const [resume] = this.#ready.splice(this.random.below(this.#ready.length), 1);
        resume?.();
      } else if (!this.#fireTimer()) return;
      this.steps += 1;
      if (this.steps > maxSteps) throw new Error('the simulation never comes to rest');
    }
  }

  #fireTimer(): boolean {
    const next = [...this.#timers].sort(([, a], [, b]) => a.due - b.due)[0];
    if (next === undefined) return false;
    this.#timers.delete(next[0]);
    this.#nowMs = Math.max(this.#nowMs, next[1].due);
    next[1].run();
    return true;
  }
}

/** Lets every promise reaction run that can. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
