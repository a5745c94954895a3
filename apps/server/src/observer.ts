import { RATE_SECONDS, type RequestOutcomeCounts, requestOutcomeOf } from '@holdfast/api-contract';
import type { Clock, Fault, PatientId, TenantId } from '@holdfast/kernel';
import { classify, isConnectTimeout } from '@holdfast/postgres';
import type {
  AttemptCounts,
  DependencyWatch,
  RequestMeter,
  SignalRecorder,
} from '@holdfast/visibility';
import { blankAttempt, describeRequest } from './attempt-of.ts';
import type { RequestFacts, RequestLine, RequestObserver } from './http/app.ts';

/** Access decisions since the start, and denials of each of the last sixty seconds. */
export class Decisions {
  permitted = 0;
  denied = 0;
  readonly byOutcome: RequestOutcomeCounts = {
    succeeded: 0,
    denied: 0,
    notFound: 0,
    conflicted: 0,
    throttled: 0,
    invalid: 0,
    failed: 0,
  };
  readonly #clock: Clock;
  readonly #deniedAt = new Map<number, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  count(status: number, hidden: boolean): void {
    this.byOutcome[requestOutcomeOf(status)] += 1;
    const denied = hidden || status === 401 || status === 403;
    if (!denied) {
      if (status < 400) this.permitted += 1;
      return;
    }
    this.denied += 1;
    const second = this.#second();
    this.#deniedAt.set(second, (this.#deniedAt.get(second) ?? 0) + 1);
    for (const at of this.#deniedAt.keys())
      if (at < second - RATE_SECONDS) this.#deniedAt.delete(at);
  }

  perSecond(): number[] {
    const second = this.#second();
    return Array.from(
      { length: RATE_SECONDS },
      (_, i) => this.#deniedAt.get(second - RATE_SECONDS + i) ?? 0,
    );
  }

  #second(): number {
    return Math.floor(this.#clock.monotonicMs() / 1_000);
  }
}

export interface RequestWatcherParts {
  readonly meter: RequestMeter;
  readonly attempts: AttemptCounts;
  readonly clock: Clock;
  readonly decisions: Decisions;
  readonly watch: DependencyWatch;
  readonly signals: SignalRecorder;
  readonly tenant: TenantId;
}

/** Feeds meter, decisions, dependency watch and signals with what requests meet. */
export class RequestWatcher implements RequestObserver {
  readonly #parts: RequestWatcherParts;
  /** One for all requests: it is read at once. */
  readonly #attempt = blankAttempt();
  readonly #ends = new WeakMap<
    RequestFacts,
    (outcome: 'answered' | 'denied' | 'refused' | 'failed') => void
  >();

  constructor(parts: RequestWatcherParts) {
    this.#parts = parts;
  }

  started(facts: RequestFacts): void {
    this.#ends.set(facts, this.#parts.meter.begin());
  }

  finished(facts: RequestFacts, status: number, { method, url }: RequestLine): void {
    const { attempts, clock } = this.#parts;
    describeRequest(this.#attempt, method, url);
    this.#attempt.caller = facts.who?.actor.roles[0] ?? '';
    attempts.count(this.#attempt, status >= 500, clock.monotonicMs());
    const denied = facts.denied || status === 401 || status === 403;
    const end = this.#ends.get(facts);
    if (facts.unmetered) {
      end?.('answered');
      return;
    }
    end?.(denied ? 'denied' : status >= 500 ? 'failed' : status >= 400 ? 'refused' : 'answered');
    this.#parts.decisions.count(status, facts.denied);
    if (status < 400) this.#parts.watch.observeSuccess();
  }

  failed(facts: RequestFacts, fault: Fault): void {
    const { watch, signals, tenant } = this.#parts;
    const patient = facts.patientId as PatientId | null;
    if (fault.code === 'LED_NOT_RECORDED' || fault.code === 'LED_QUEUE_FULL') {
      signals.report({
        cause: 'audit-append-failed',
        tenant,
        patients: patient === null ? [] : [patient],
        dataCategories: ['audit'],
        outcome: 'refused',
        requestId: facts.requestId,
      });
      // A refused record says nothing about the database, unless that did not answer.
      if (classify(fault.detail.cause).kind !== 'unavailable') return;
    }
    if (fault.code === 'SERVER_DEPENDENCY_AWAY' || fault.code === 'LED_NOT_RECORDED') {
      const failed = { tenant, patient, requestId: facts.requestId };
      if (isConnectTimeout(fault.detail.cause)) watch.suspect(failed);
      else watch.reportFailedRequest(failed);
      return;
    }
    signals.report({
      cause: 'request-failed-internal',
      tenant,
      patients: patient === null ? [] : [patient],
      outcome: 'failed',
      requestId: facts.requestId,
    });
  }
}
