import { backoffMs } from '@holdfast/events';
import {
  type Clock,
  type PatientId,
  type Random,
  systemTimers,
  type TenantId,
  type Timers,
} from '@holdfast/kernel';
import type { CauseCode } from './causes.ts';
import { VISIBILITY_LIMITS } from './limits.ts';
import type { DataCategory, Occurrence, SignalKey } from './signal.ts';

/** What a watch does with what it sees: a `SignalRecorder`, or a part of one. */
export interface SignalSink {
  report(occurrence: Occurrence): unknown;
  resolve(key: SignalKey): unknown;
}

export interface DependencyWatchOptions {
  /** As it stands in the signal, e.g. `postgres`. */
  readonly dependency: string;
  readonly cause: CauseCode;
  /** Tenants that depend on it: each gets a signal with its own patients. */
  readonly tenants: readonly TenantId[];
  readonly signals: SignalSink;
  /** Resolves when the dependency answers. */
  readonly ping: () => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly timers?: Timers;
  /** Told of each change of state, e.g. to let the recorder write at once. */
  readonly onChange?: (state: DependencyState) => void;
}

export interface DependencyState {
  readonly state: 'up' | 'down';
  readonly since: Date;
  /** Failures seen since it went down. */
  readonly failures: number;
}

/** A request that failed while, and because, the dependency was down. */
export interface FailedRequest {
  readonly tenant: TenantId;
  /** null where the request named no patient. */
  readonly patient: PatientId | null;
  readonly requestId?: string | null;
  readonly dataCategories?: readonly DataCategory[];
}

const RETRY = {
  firstDelayMs: VISIBILITY_LIMITS.retryFirstMs,
  maxDelayMs: VISIBILITY_LIMITS.retryLastMs,
};

/**
 * Whether a dependency answers, by what requests see of it. Nobody polls while it is up; while it
 * is down one timer is armed for the next ping.
 */
export class DependencyWatch {
  readonly #options: DependencyWatchOptions;
  readonly #timers: Timers;
  #state: DependencyState;
  #pings = 0;
  #cancelPing: (() => void) | null = null;
  #stopped = false;
  /** Requests that failed while it is not known yet whether the dependency is to blame. */
  readonly #suspicions: FailedRequest[] = [];
  #cancelSuspicion: (() => void) | null = null;

  constructor(options: DependencyWatchOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    this.#state = { state: 'up', since: options.clock.now(), failures: 0 };
  }

  state(): DependencyState {
    return this.#state;
  }

  /** A use of the dependency succeeded. */
  observeSuccess(): void {
    if (this.#state.state === 'up') return;
    this.#cancelPing?.();
    this.#cancelPing = null;
    this.#move('up');
    for (const tenant of this.#options.tenants) this.#options.signals.resolve(this.#key(tenant));
  }

  /** A use of it failed because it did not answer; not because it said no. */
  observeFailure(): void {
    if (this.#state.state === 'down') {
      this.#state = { ...this.#state, failures: this.#state.failures + 1 };
      return;
    }
    this.#move('down');
    for (const tenant of this.#options.tenants) this.#report(tenant, {});
    this.#pings = 0;
    this.#pingLater();
  }

  /** Adds a failed request's patient to the open signal of its tenant. */
  reportFailedRequest(request: FailedRequest): void {
    this.observeFailure();
    this.#report(request.tenant, {
      patients: request.patient === null ? [] : [request.patient],
      requestId: request.requestId ?? null,
      dataCategories: request.dataCategories ?? [],
    });
  }

  /**
   * A request did not get to the dependency in time: that may be away, or this process be too busy.
   * A ping tells. Where it is answered, nothing is reported.
   */
  suspect(request: FailedRequest): void {
    if (this.#state.state === 'down') return this.reportFailedRequest(request);
    this.#suspicions.push(request);
    if (this.#suspicions.length > 1 || this.#stopped) return undefined;
    let isSettled = false;
    const settle = (isAway: boolean): void => {
      if (isSettled) return;
      isSettled = true;
      this.#cancelSuspicion?.();
      this.#cancelSuspicion = null;
      const suspicions = this.#suspicions.splice(0);
      if (isAway) for (const each of suspicions) this.reportFailedRequest(each);
    };
    this.#cancelSuspicion = this.#timers.after(VISIBILITY_LIMITS.suspicionMs, () => settle(true));
    this.#options.ping().then(
      () => settle(false),
      () => settle(true),
    );
    return undefined;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelPing?.();
    this.#cancelSuspicion?.();
  }

  #report(
    tenant: TenantId,
    what: Pick<Occurrence, 'patients' | 'requestId' | 'dataCategories'>,
  ): void {
    this.#options.signals.report({ ...this.#key(tenant), ...what, outcome: 'failed' });
  }

  #key(tenant: TenantId): SignalKey {
    return { cause: this.#options.cause, dependency: this.#options.dependency, tenant };
  }

  #move(state: 'up' | 'down'): void {
    const failures = state === 'down' ? 1 : 0;
    this.#state = { state, since: this.#options.clock.now(), failures };
    this.#options.onChange?.(this.#state);
  }

  #pingLater(): void {
    if (this.#stopped) return;
    this.#pings += 1;
    const delayMs = backoffMs(this.#pings, RETRY, this.#options.random);
    const outage = this.#state.since;
    this.#cancelPing = this.#timers.after(delayMs, () => {
      this.#cancelPing = null;
      const isOver = () => this.#state.state === 'up' || this.#state.since !== outage;
      this.#options.ping().then(
        () => this.observeSuccess(),
        () => {
          // An answer to an earlier outage's ping must not arm a second timer.
          if (!isOver()) this.#pingLater();
        },
      );
    });
  }
}
