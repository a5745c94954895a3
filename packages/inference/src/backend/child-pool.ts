import {
  type Clock,
  err,
  ok,
  type Result,
  systemClock,
  systemTimers,
  type Timers,
} from '@holdfast/kernel';
import { type ChildPoolLimits, childPoolLimits } from '../limits.ts';
import type { ScoreOutput } from '../scores/score-output.ts';
import { modelKey } from '../scores/scorer-registry.ts';
import {
  afterAnswer,
  afterDeath,
  type Breaker,
  type BreakerPhase,
  breakerPhase,
  closedBreaker,
  respawnDelayMs,
} from './breaker.ts';
import type { ChildMessage } from './child-protocol.ts';
import type {
  BackendFailure,
  BackendIncident,
  InferenceBackend,
  InferenceRequest,
  InferOptions,
} from './inference-backend.ts';
import { type ModelResidency, type PooledModel, Residency } from './residency.ts';
import { type ChildEnd, type ChildProgram, defaultProgram, ScoringChild } from './scoring-child.ts';

export interface ChildPoolOptions {
  readonly limits?: ChildPoolLimits;
  /** What the children run; by default the shipped scorers. */
  readonly program?: ChildProgram;
  /** Held by every child beside the scorers; none by default. */
  readonly models?: readonly PooledModel[];
  readonly clock?: Clock;
  readonly timers?: Timers;
}

export interface ChildPoolStatus {
  readonly children: readonly {
    readonly pid: number | null;
    readonly state: Member['state'];
  }[];
  readonly models: readonly ModelResidency[];
  readonly waitingCalls: number;
  /** Since the pool was made; children stopped on purpose don't count. */
  readonly deaths: number;
  readonly breaker: BreakerPhase;
}

type Answer = Result<ScoreOutput, BackendFailure>;

interface Call {
  readonly request: InferenceRequest;
  settle(answer: Answer): void;
}

interface Member {
  readonly child: ScoringChild;
  state: 'starting' | 'loading' | 'idle' | 'busy';
  call: Call | null;
  /** Why we killed it ourselves; null for a death of its own. */
  killedFor: 'deadline' | 'abort' | 'stop' | null;
  /** Of the time within which it has to start, or to have loaded a model. */
  cancelStartup: () => void;
}

/**
 * Scores in child processes, one call each, started when first needed. A child that dies takes
 * one call with it and nothing else: `worker_threads` don't give that, since ending one inside
 * native code aborts the whole process. Models are loaded by a child that another one stands in for,
 * so that a load never holds up a call; until one has a model, its calls fail at once as cold.
 */
export class ChildPool implements InferenceBackend {
  readonly component = 'inference-child-pool';
  readonly #limits: ChildPoolLimits;
  readonly #program: ChildProgram;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #members = new Set<Member>();
  readonly #waiting = new Set<Call>();
  readonly #residency: Residency;
  readonly #listeners = new Set<(incident: BackendIncident) => void>();
  readonly #recoveryListeners = new Set<() => void>();
  #breaker: Breaker = closedBreaker;
  #deaths = 0;
  #deathsInARow = 0;
  #cancelRespawn: (() => void) | null = null;
  /** An incident was told and its end was not. */
  #ill = false;
  #stopped = false;
  #whenEmpty: (() => void) | null = null;

  constructor(options: ChildPoolOptions = {}) {
    this.#limits = options.limits ?? childPoolLimits;
    this.#program = options.program ?? defaultProgram();
    this.#residency = new Residency(options.models ?? [], this.#limits.loadDeathsMax);
    this.#clock = options.clock ?? systemClock;
    this.#timers = options.timers ?? systemTimers;
  }

  infer(request: InferenceRequest, options: InferOptions): Promise<Answer> {
    if (this.#stopped) return Promise.resolve(err({ kind: 'stopped' }));
    if (options.signal?.aborted === true) return Promise.resolve(err({ kind: 'aborted' }));
    if (this.#phase() === 'open') return Promise.resolve(err({ kind: 'breaker-open' }));
    if (this.#residency.isRefused(request.model)) {
      return Promise.resolve(err({ kind: 'model-unknown' }));
    }
    if (!this.#residency.isWarm(request.model)) {
      this.warm();
      return Promise.resolve(err({ kind: 'model-cold' }));
    }
    const idle = [...this.#members].find(
      (member) => member.state === 'idle' && this.#residency.canServe(member, request.model),
    );
    if (idle === undefined && this.#waiting.size >= this.#limits.waitingCalls) {
      return Promise.resolve(err({ kind: 'saturated' }));
    }
    return new Promise((resolve) => {
      const call = this.#call(request, options, resolve);
      if (idle === undefined) {
        this.#waiting.add(call);
        this.#grow();
      } else this.#assign(idle, call);
    });
  }

  onFailure(listener: (incident: BackendIncident) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onRecovered(listener: () => void): () => void {
    this.#recoveryListeners.add(listener);
    return () => this.#recoveryListeners.delete(listener);
  }

  /** Has every child load one more model, while the others go on. */
  hold(model: PooledModel): void {
    this.#residency.add(model);
    this.#loadNext();
  }

  /** Has every child forget a model. What is at work with it ends first. */
  drop(model: PooledModel['model']): void {
    const holders = new Set(this.#residency.drop(model));
    for (const member of this.#members) {
      if (holders.has(member)) member.child.send({ unload: modelKey(model) });
    }
  }

  /** Starts all children ahead of need, so that the first critical call finds one warm. */
  warm(): void {
    while (this.#grow());
  }

  status(): ChildPoolStatus {
    return {
      children: [...this.#members].map(({ child, state }) => ({ pid: child.pid, state })),
      models: this.#residency.status(),
      waitingCalls: this.#waiting.size,
      deaths: this.#deaths,
      breaker: this.#phase(),
    };
  }

  /** Ends all children; calls in flight settle as `stopped`. Resolves when none is left. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRespawn?.();
    for (const call of this.#waiting) call.settle(err({ kind: 'stopped' }));
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    for (const member of this.#members) {
      member.call?.settle(err({ kind: 'stopped' }));
      this.#kill(member, 'stop');
    }
    if (this.#members.size > 0) await empty;
  }

  #phase(): BreakerPhase {
    return breakerPhase(this.#breaker, this.#clock.monotonicMs());
  }

  #call(
    request: InferenceRequest,
    { deadlineMs, signal }: InferOptions,
    resolve: (answer: Answer) => void,
  ): Call {
    const giveUp = (kind: 'deadline-exceeded' | 'aborted'): void => {
      const holder = [...this.#members].find((member) => member.call === call);
      call.settle(err({ kind }));
      // It is computing something nobody waits for, and can't be told otherwise.
      if (holder !== undefined) this.#kill(holder, kind === 'aborted' ? 'abort' : 'deadline');
    };
    const abort = (): void => giveUp('aborted');
    const cancelDeadline = this.#timers.after(deadlineMs, () => giveUp('deadline-exceeded'));
    signal?.addEventListener('abort', abort, { once: true });
    const call: Call = {
      request,
      settle: (answer) => {
        cancelDeadline();
        signal?.removeEventListener('abort', abort);
        this.#waiting.delete(call);
        resolve(answer);
      },
    };
    return call;
  }

  #assign(member: Member, call: Call): void {
    this.#waiting.delete(call);
    member.state = 'busy';
    member.call = call;
    member.child.send(call.request);
  }

  /** Half-open lets one child try; it is the trial. */
  #grow(): boolean {
    const most = this.#phase() === 'half-open' ? 1 : this.#wanted();
    const held = this.#stopped || this.#phase() === 'open' || this.#cancelRespawn !== null;
    if (held || this.#members.size >= most) return false;
    const child = new ScoringChild(this.#program, {
      message: (message) => this.#received(member, message),
      ended: (end) => this.#ended(member, end),
    });
    const member: Member = {
      child,
      state: 'starting',
      call: null,
      killedFor: null,
      cancelStartup: this.#timers.after(this.#limits.startupMs, () => child.kill()),
    };
    this.#members.add(member);
    return true;
  }

  /** A spare starts when nothing else does: the first calls need the processors more. */
  #wanted(): number {
    const { children, spares } = this.#limits;
    const settled = [...this.#members].filter(({ state }) => state === 'idle' || state === 'busy');
    return settled.length >= children ? children + spares : children;
  }

  #received(member: Member, message: ChildMessage): void {
    if (member.killedFor !== null) return;
    if (message.kind === 'ready') member.cancelStartup();
    else if (message.kind === 'loaded' || message.kind === 'load-failed') {
      member.cancelStartup();
      this.#residency.ended(message, member);
    } else {
      this.#breaker = afterAnswer(this.#breaker);
      this.#deathsInARow = 0;
      if (member.call?.request.id === message.id) member.call.settle(answerOf(message));
    }
    member.call = null;
    member.state = 'idle';
    this.#tellIfRecovered();
    for (const next of this.#waiting) {
      if (!this.#residency.canServe(member, next.request.model)) continue;
      this.#assign(member, next);
      break;
    }
    this.#loadNext();
    if (message.kind !== 'scored') this.#grow();
  }

  /** Only a child that does nothing loads, and only while another one can take what comes. */
  #loadNext(): void {
    const serving = [...this.#members].filter(({ state }) => state === 'idle' || state === 'busy');
    if (serving.length < 2 && this.#limits.children + this.#limits.spares > 1) return;
    for (const member of serving) {
      if (member.state !== 'idle' || member.killedFor !== null) continue;
      const folder = this.#residency.beginLoad(member);
      if (folder === null) continue;
      member.state = 'loading';
      member.cancelStartup = this.#timers.after(this.#limits.startupMs, () => member.child.kill());
      member.child.send({ load: folder });
      return;
    }
  }

  #kill(member: Member, why: 'deadline' | 'abort' | 'stop'): void {
    member.call = null;
    member.killedFor = why;
    member.child.kill();
  }

  #ended(member: Member, end: ChildEnd): void {
    member.cancelStartup();
    this.#members.delete(member);
    this.#residency.gone(member);
    if (this.#members.size === 0) this.#whenEmpty?.();
    if (this.#stopped) return;
    if (member.killedFor === 'abort') {
      this.#grow();
      return;
    }
    const { call } = member;
    this.#countDeath();
    if (member.killedFor === null) this.#tell('exited', call === null ? [] : [call.request.id]);
    call?.settle(err({ kind: 'exited', ...end }));
    if (this.#phase() === 'open') this.#opened();
    else this.#respawnAfter(respawnDelayMs(this.#deathsInARow, this.#limits));
  }

  #countDeath(): void {
    this.#deaths += 1;
    this.#deathsInARow += 1;
    this.#breaker = afterDeath(this.#breaker, this.#clock.monotonicMs(), this.#limits);
  }

  #opened(): void {
    const requests = [...this.#waiting].map((call) => call.request.id);
    this.#tell('breaker-opened', requests);
    for (const call of this.#waiting) call.settle(err({ kind: 'breaker-open' }));
    this.#respawnAfter(this.#limits.coolDownMs);
  }

  /** Healing needs no traffic: the next call shall find a child warm. */
  #respawnAfter(pauseMs: number): void {
    this.#cancelRespawn ??= this.#timers.after(pauseMs, () => {
      this.#cancelRespawn = null;
      this.#grow();
    });
  }

  /** Well is: the breaker is closed and every child that shall run does. */
  #tellIfRecovered(): void {
    if (!this.#ill || this.#phase() !== 'closed' || this.#cancelRespawn !== null) return;
    if ([...this.#members].some(({ state }) => state === 'starting')) return;
    this.#ill = false;
    for (const listener of this.#recoveryListeners) listener();
  }

  #tell(kind: BackendIncident['kind'], requests: readonly string[]): void {
    this.#ill = true;
    const incident = { kind, component: this.component, requests, at: this.#clock.now() };
    for (const listener of this.#listeners) listener(incident);
  }
}

function answerOf(
  message: Exclude<ChildMessage, { kind: 'ready' | 'loaded' | 'load-failed' }>,
): Answer {
  if (message.kind === 'scored') return ok(message.output);
  if (message.kind === 'model-unknown') return err({ kind: 'model-unknown' });
  return err({ kind: 'scorer-failed', text: message.text });
}
