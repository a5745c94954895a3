import { type Clock, type Result, systemClock, systemTimers, type Timers } from '@holdfast/kernel';
import type { ScoreOutput } from '../scores/score-output.ts';
import { afterCall, freshHedge, type HedgeState, hedgeAfterMs } from './hedge.ts';
import type {
  BackendFailure,
  BackendIncident,
  InferenceBackend,
  InferenceRequest,
  InferOptions,
} from './inference-backend.ts';

export interface HedgedOptions {
  readonly first: InferenceBackend;
  /** Another machine with the same model: the same one would be slow for the same reason. */
  readonly second: InferenceBackend;
  /** Share of the first one's capacity in use, in [0, 1]. */
  readonly utilisation: () => number;
  readonly clock?: Clock;
  readonly timers?: Timers;
}

type Answer = Result<ScoreOutput, BackendFailure>;

/**
 * Asks a second back end where the first is late with something critical, takes the answer that comes
 * first, and stops the other. Inference changes nothing, so that asking twice is safe.
 */
export class HedgedBackend implements InferenceBackend {
  readonly component: string;
  readonly #options: HedgedOptions;
  readonly #clock: Clock;
  readonly #timers: Timers;
  #state: HedgeState = freshHedge;

  constructor(options: HedgedOptions) {
    this.#options = options;
    this.component = `${options.first.component}+${options.second.component}`;
    this.#clock = options.clock ?? systemClock;
    this.#timers = options.timers ?? systemTimers;
  }

  async infer(request: InferenceRequest, options: InferOptions): Promise<Answer> {
    const startedMs = this.#clock.monotonicMs();
    const asked = { tier: request.tier ?? 3, utilisation: this.#options.utilisation() };
    const afterMs = hedgeAfterMs(this.#state, asked);
    const first = this.#ask(this.#options.first, request, options);
    if (afterMs === null || afterMs >= options.deadlineMs) {
      const answer = await first.answer;
      this.#learn(startedMs, false);
      return answer;
    }
    const early = await this.#within(first.answer, afterMs);
    if (early !== null) {
      this.#learn(startedMs, false);
      return early;
    }
    const leftMs = options.deadlineMs - (this.#clock.monotonicMs() - startedMs);
    const second = this.#ask(this.#options.second, request, { ...options, deadlineMs: leftMs });
    const answer = await firstGood(first, second);
    first.stop();
    second.stop();
    this.#learn(startedMs, true);
    return answer;
  }

  onFailure(listener: (incident: BackendIncident) => void): () => void {
    const { first, second } = this.#options;
    const both = [first.onFailure(listener), second.onFailure(listener)];
    return () => both.forEach((unsubscribe) => unsubscribe());
  }

  onRecovered(listener: () => void): () => void {
    const { first, second } = this.#options;
    const both = [first.onRecovered(listener), second.onRecovered(listener)];
    return () => both.forEach((unsubscribe) => unsubscribe());
  }

  #ask(backend: InferenceBackend, request: InferenceRequest, options: InferOptions) {
    const stop = new AbortController();
    const signal =
      options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
    const answer = backend.infer(request, { ...options, signal });
    return { answer, stop: () => stop.abort() };
  }

  /** Null where it has not come by then. */
  #within(answer: Promise<Answer>, afterMs: number): Promise<Answer | null> {
    return new Promise((resolve) => {
      const cancel = this.#timers.after(afterMs, () => resolve(null));
      void answer.then((come) => {
        cancel();
        resolve(come);
      });
    });
  }

  #learn(startedMs: number, wasHedged: boolean): void {
    const latencyMs = this.#clock.monotonicMs() - startedMs;
    this.#state = afterCall(this.#state, { latencyMs, wasHedged });
  }
}

interface Asked {
  readonly answer: Promise<Answer>;
}

/** The first that is an answer; where neither is, what the first one failed by. */
async function firstGood(first: Asked, second: Asked): Promise<Answer> {
  const good = ({ answer }: Asked): Promise<Answer> =>
    new Promise((resolve) => {
      void answer.then((come) => {
        if (come.ok) resolve(come);
      });
    });
  const both = Promise.all([first.answer, second.answer]).then(([own]) => own);
  return Promise.race([good(first), good(second), both]);
}
