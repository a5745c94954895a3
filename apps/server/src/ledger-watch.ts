import { type Clock, systemTimers, type TenantId, type Timers } from '@holdfast/kernel';
import { type LogStatus } from '@holdfast/ledger';
import type { SignalRecorder } from '@holdfast/visibility';
import { LEDGER_STALE_MS } from './limits.ts';

/** The log's writer, as far as it is watched. */
export interface WatchedSequencer {
  wake(tenant: TenantId): void;
  status(tenant: TenantId): LogStatus;
}

export interface LedgerWatchParts {
  readonly tenant: TenantId;
  readonly sequencer: () => WatchedSequencer;
  readonly signals: Pick<SignalRecorder, 'report' | 'resolve'>;
  readonly clock: Clock;
  readonly timers?: Timers;
}

/** `behind`: records wait for a signed checkpoint longer than they should. */
export type LedgerState = 'ok' | 'behind' | 'halted';

/**
 * Makes a log that stands still a signal. Looks only while something waits to be signed: one timer,
 * armed by the first record after a quiet time.
 */
export class LedgerWatch {
  readonly #parts: LedgerWatchParts;
  readonly #timers: Timers;
  #cancel: (() => void) | null = null;
  #stale = false;
  #stopped = false;

  constructor(parts: LedgerWatchParts) {
    this.#parts = parts;
    this.#timers = parts.timers ?? systemTimers;
  }

  /** Records were committed. */
  committed(): void {
    this.#parts.sequencer().wake(this.#parts.tenant);
    this.#arm(LEDGER_STALE_MS);
  }

  /** The log contradicts its checkpoint: from now on nothing is signed. */
  halted(): void {
    const { tenant, signals } = this.#parts;
    signals.report({
      cause: 'ledger-halted',
      tenant,
      outcome: 'failed',
      dataCategories: ['audit'],
    });
  }

  /** A checkpoint was signed: whatever halted the log before is over. */
  signed(): void {
    const { tenant, signals } = this.#parts;
    signals.resolve({ cause: 'ledger-halted', tenant });
  }

  /** Records could not be made durable; their requests were refused. */
  appendFailed(): void {
    const { tenant, signals } = this.#parts;
    const dataCategories = ['audit'] as const;
    signals.report({ cause: 'audit-append-failed', tenant, outcome: 'refused', dataCategories });
  }

  state(): LedgerState {
    if (this.#parts.sequencer().status(this.#parts.tenant).halted) return 'halted';
    return this.#stale ? 'behind' : 'ok';
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #arm(ms: number): void {
    if (this.#stopped || this.#cancel !== null) return;
    this.#cancel = this.#timers.after(ms, () => {
      this.#cancel = null;
      this.#look();
    });
  }

  #look(): void {
    const { tenant, sequencer, signals, clock } = this.#parts;
    const { pendingSince } = sequencer().status(tenant);
    const waitedMs = pendingSince === null ? 0 : clock.now().getTime() - pendingSince.getTime();
    const cause = 'ledger-checkpoint-stale';
    if (waitedMs >= LEDGER_STALE_MS) {
      this.#stale = true;
      signals.report({ cause, tenant, outcome: 'delayed', dataCategories: ['audit'] });
    } else if (this.#stale) {
      this.#stale = false;
      signals.resolve({ cause, tenant });
    }
    if (pendingSince === null) return;
    this.#arm(this.#stale ? LEDGER_STALE_MS : LEDGER_STALE_MS - waitedMs);
  }
}
