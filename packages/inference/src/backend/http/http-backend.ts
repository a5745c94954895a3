import {
  type Clock,
  err,
  type Result,
  systemClock,
  systemTimers,
  type Timers,
} from '@holdfast/kernel';
import { type ChildPoolLimits, childPoolLimits } from '../../limits.ts';
import type { ScoreOutput } from '../../scores/score-output.ts';
import {
  type AdaptiveLimit,
  type AdaptiveLimits,
  adaptiveLimits,
  afterAnswerIn,
  afterRefusal,
  freshLimit,
} from '../adaptive-limit.ts';
import { afterAnswer, afterDeath, type Breaker, breakerPhase, closedBreaker } from '../breaker.ts';
import type {
  BackendFailure,
  BackendIncident,
  InferenceBackend,
  InferenceRequest,
  InferOptions,
} from '../inference-backend.ts';
import { callServer, type HttpAnswer, type HttpRequest } from './server-call.ts';

export type { HttpAnswer, HttpRequest };

/** What is different between protocols: how to ask, and how to read the answer. */
export interface WireProtocol {
  request(asked: InferenceRequest): Result<HttpRequest, BackendFailure>;
  answer(asked: InferenceRequest, answer: HttpAnswer): Result<ScoreOutput, BackendFailure>;
}

export interface HttpBackendOptions {
  /** Names it in records and reports, e.g. `triton-ward`. */
  readonly component: string;
  readonly protocol: WireProtocol;
  readonly breaker?: Pick<ChildPoolLimits, 'deathsToOpen' | 'deathWindowMs' | 'coolDownMs'>;
  readonly limits?: AdaptiveLimits;
  readonly clock?: Clock;
  readonly timers?: Timers;
}

type Answer = Result<ScoreOutput, BackendFailure>;

/** Failures of the server, not of what it was asked. */
const ITS_OWN: ReadonlySet<BackendFailure['kind']> = new Set(['exited', 'deadline-exceeded']);

/**
 * A model server over HTTP. It is given as many calls at once as it takes without queueing; the queue
 * proper is the scheduler's, which knows who is urgent. One that fails again and again is left alone
 * for a while, for one call to try then: nothing asks it meanwhile.
 */
export class HttpBackend implements InferenceBackend {
  readonly component: string;
  readonly #options: HttpBackendOptions;
  readonly #limits: AdaptiveLimits;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(incident: BackendIncident) => void>();
  readonly #recoveryListeners = new Set<() => void>();
  #limit: AdaptiveLimit;
  #breaker: Breaker = closedBreaker;
  #inFlight = 0;
  #ill = false;

  constructor(options: HttpBackendOptions) {
    this.component = options.component;
    this.#options = options;
    this.#limits = options.limits ?? adaptiveLimits;
    this.#limit = freshLimit(this.#limits);
    this.#clock = options.clock ?? systemClock;
    this.#timers = options.timers ?? systemTimers;
  }

  async infer(asked: InferenceRequest, options: InferOptions): Promise<Answer> {
    if (this.#stop.signal.aborted) return err({ kind: 'stopped' });
    if (options.signal?.aborted === true) return err({ kind: 'aborted' });
    const phase = breakerPhase(this.#breaker, this.#clock.monotonicMs());
    if (phase === 'open' || (phase === 'half-open' && this.#inFlight > 0)) {
      return err({ kind: 'breaker-open' });
    }
    if (this.#inFlight >= Math.floor(this.#limit.limit)) return err({ kind: 'saturated' });
    const request = this.#options.protocol.request(asked);
    if (!request.ok) return request;
    this.#inFlight += 1;
    const startedMs = this.#clock.monotonicMs();
    const either = [this.#stop.signal, ...(options.signal === undefined ? [] : [options.signal])];
    const given = { deadlineMs: options.deadlineMs, signal: AbortSignal.any(either) };
    const called = await callServer(request.value, given, {
      ...{ timers: this.#timers, clock: this.#clock },
    });
    this.#inFlight -= 1;
    if (this.#stop.signal.aborted) return err({ kind: 'stopped' });
    const answer = called.ok ? this.#options.protocol.answer(asked, called.value) : called;
    this.#learn(asked, called.ok ? null : called.error, this.#clock.monotonicMs() - startedMs);
    return answer;
  }

  onFailure(listener: (incident: BackendIncident) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onRecovered(listener: () => void): () => void {
    this.#recoveryListeners.add(listener);
    return () => this.#recoveryListeners.delete(listener);
  }

  status(): { readonly inFlight: number; readonly limit: number } {
    return { inFlight: this.#inFlight, limit: Math.floor(this.#limit.limit) };
  }

  /** Closes every connection; what is open settles as `stopped`. */
  stop(): Promise<void> {
    this.#stop.abort();
    return Promise.resolve();
  }

  #learn(asked: InferenceRequest, failure: BackendFailure | null, latencyMs: number): void {
    const now = this.#clock.monotonicMs();
    if (failure === null) {
      this.#breaker = afterAnswer(this.#breaker);
      const inFlight = this.#inFlight + 1;
      this.#limit = afterAnswerIn(this.#limit, { latencyMs, inFlight }, this.#limits);
      if (this.#ill) for (const listener of this.#recoveryListeners) listener();
      this.#ill = false;
      return;
    }
    if (failure.kind === 'saturated' || failure.kind === 'deadline-exceeded') {
      this.#limit = afterRefusal(this.#limit, this.#limits);
    }
    if (!ITS_OWN.has(failure.kind)) return;
    this.#breaker = afterDeath(this.#breaker, now, this.#options.breaker ?? childPoolLimits);
    if (failure.kind === 'exited') this.#tell('exited', [asked.id]);
    if (breakerPhase(this.#breaker, now) === 'open') this.#tell('breaker-opened', []);
  }

  #tell(kind: BackendIncident['kind'], requests: readonly string[]): void {
    this.#ill = true;
    const incident = { kind, component: this.component, requests, at: this.#clock.now() };
    for (const listener of this.#listeners) listener(incident);
  }
}
