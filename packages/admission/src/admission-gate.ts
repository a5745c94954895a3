import { type Clock, err, ok, type Result, systemTimers, type Timers } from '@holdfast/kernel';
import { Admission, type Ask, type RefusalReason } from './admission.ts';
import { type AdmissionLimits, admissionLimits } from './limits.ts';
import type { PriorityClass } from './priority.ts';
import { RefusalPace } from './refusal-pace.ts';

export interface Refusal {
  readonly reason: RefusalReason;
  readonly retryAfterMs: number;
}

/** A slot in service: give it back exactly once, whatever came of the request. */
export interface Permit {
  /** Milliseconds waited for it. */
  readonly waitedMs: number;
  leave(): void;
  /** Gives it back unused, e.g. to ask for one of another class. */
  giveUp(): void;
}

export interface AdmissionGateOptions {
  readonly clock: Clock;
  readonly timers?: Timers;
  readonly limits?: AdmissionLimits;
}

export interface AdmissionFigures {
  readonly concurrency: number;
  readonly inService: Readonly<Record<PriorityClass, number>>;
  readonly waiting: Readonly<Record<PriorityClass, number>>;
  /** Refused, and not told yet. */
  readonly held: number;
  /** Since the start. */
  readonly refused: Readonly<Record<PriorityClass, number>>;
}

type Settle = (outcome: Result<Permit, Refusal>) => void;

interface Pending {
  readonly ask: Ask;
  readonly arrivedMs: number;
  readonly settle: Settle;
}

/** Where requests of one process wait for `Admission`'s word. One timer, armed while somebody waits. */
export class AdmissionGate {
  readonly #admission: Admission;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #pending = new Map<string, Pending>();
  readonly #pace = new RefusalPace();
  readonly #held = new Set<() => void>();
  readonly #refused: Record<PriorityClass, number> = {
    'care-now': 0,
    interactive: 0,
    integration: 0,
    bulk: 0,
  };
  #alarm: { readonly atMs: number; readonly cancel: () => void } | undefined;

  constructor({ clock, timers = systemTimers, limits = admissionLimits }: AdmissionGateOptions) {
    this.#admission = new Admission(limits);
    this.#clock = clock;
    this.#timers = timers;
  }

  /** Settles once the request may run, or is refused; `id` is the request's own. */
  enter(ask: Ask): Promise<Result<Permit, Refusal>> {
    return new Promise((settle) => {
      const arrivedMs = this.#clock.monotonicMs();
      this.#pending.set(ask.id, { ask, arrivedMs, settle });
      this.#carryOut(this.#admission.offer(ask, arrivedMs));
    });
  }

  /** True where a request of the class would be refused now, whoever sends it. */
  refuses(priority: PriorityClass): boolean {
    return this.#admission.refuses(priority);
  }

  /**
   * Settles when a refusal may be answered: at once while there are few (`RefusalPace`), and at once
   * for care-now, who must find another way.
   */
  refusalDue(priority: PriorityClass): Promise<void> {
    if (priority === 'care-now') return Promise.resolve();
    const heldMs = this.#pace.hold(this.#clock.monotonicMs());
    if (heldMs === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const answer = (): void => {
        cancel();
        this.#held.delete(answer);
        resolve();
      };
      const cancel = this.#timers.after(heldMs, answer);
      this.#held.add(answer);
    });
  }

  figures(): AdmissionFigures {
    const admission = this.#admission;
    return {
      concurrency: admission.concurrency,
      inService: admission.inService(),
      waiting: admission.waiting(),
      held: this.#held.size,
      refused: { ...this.#refused },
    };
  }

  /** Refuses everybody who waits: the process is about to end. */
  close(): void {
    this.#alarm?.cancel();
    for (const answer of [...this.#held]) answer();
    for (const { ask, settle } of this.#pending.values()) {
      this.#admission.withdraw(ask.id);
      settle(err({ reason: 'full', retryAfterMs: 1_000 }));
    }
    this.#pending.clear();
  }

  #permit({ ask, arrivedMs }: Pending): Permit {
    let held = true;
    const once = (end: 'finish' | 'release') => (): void => {
      if (!held) return;
      held = false;
      this.#carryOut(this.#admission[end](ask.id, this.#clock.monotonicMs()));
    };
    return {
      waitedMs: this.#clock.monotonicMs() - arrivedMs,
      leave: once('finish'),
      giveUp: once('release'),
    };
  }

  #carryOut(effects: ReturnType<Admission['tick']>): void {
    for (const effect of effects) {
      const pending = this.#pending.get(effect.id);
      if (pending === undefined) continue;
      this.#pending.delete(effect.id);
      if (effect.kind === 'admit') pending.settle(ok(this.#permit(pending)));
      else {
        this.#refused[pending.ask.priority] += 1;
        pending.settle(err({ reason: effect.reason, retryAfterMs: effect.retryAfterMs }));
      }
    }
    this.#arm();
  }

  #arm(): void {
    const atMs = this.#admission.nextTickMs();
    if (atMs === null || (this.#alarm !== undefined && this.#alarm.atMs <= atMs)) return;
    this.#alarm?.cancel();
    const cancel = this.#timers.after(atMs - this.#clock.monotonicMs(), () => {
      this.#alarm = undefined;
      this.#carryOut(this.#admission.tick(this.#clock.monotonicMs()));
    });
    this.#alarm = { atMs, cancel };
  }
}
