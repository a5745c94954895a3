import { Erasures, LegalHolds, RetentionRules } from '@holdfast/compliance';
import { type Clock, systemTimers, type TenantId, type Timers } from '@holdfast/kernel';
import type { Pool } from 'pg';
import type { AuditTrail } from '../audit-trail.ts';
import type { LedgerWatch } from '../ledger-watch.ts';
import { ERASURE_LOOK_MS } from '../limits.ts';

export interface GovernanceParts {
  readonly tenant: TenantId;
  readonly requests: Pool;
  readonly owner: Pool;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Told of records made outside of a request. */
  readonly ledger: Pick<LedgerWatch, 'committed'>;
  readonly trouble: (error: unknown) => void;
}

/** What decides over destruction, and carries it out when it is due. */
export class Governance {
  readonly holds: LegalHolds;
  readonly retention: RetentionRules;
  readonly erasures: Erasures;
  readonly #parts: GovernanceParts;
  #cancel: (() => void) | null = null;
  #running: Promise<void> | null = null;
  readonly #stopped = new AbortController();

  constructor(parts: GovernanceParts) {
    const { tenant, requests, owner, audit, clock, timers } = parts;
    this.#parts = parts;
    this.holds = new LegalHolds(tenant, requests);
    this.retention = new RetentionRules(tenant, requests);
    const record = audit.forErasure(tenant);
    const { signal } = this.#stopped;
    const pools = { pool: requests, owner };
    this.erasures = new Erasures({ tenant, ...pools, clock, timers, signal, ...record });
  }

  /** Carries out what is due, and sets the timer for what is due next. */
  run(): Promise<void> {
    this.#running ??= this.#runOnce().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** `run`, for when nobody waits for its end. */
  wake(): void {
    this.run().catch((error: unknown) => {
      if (!this.#stopped.signal.aborted) this.#parts.trouble(error);
    });
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the server stops'));
    this.#cancel?.();
    await this.#running?.catch(() => undefined);
  }

  async #runOnce(): Promise<void> {
    if ((await this.erasures.run()) > 0) this.#parts.ledger.committed();
    const due = await this.erasures.nextDue();
    this.#cancel?.();
    this.#cancel = null;
    if (due === null || this.#stopped.signal.aborted) return;
    const { clock, timers } = this.#parts;
    const wait = Math.max(due.getTime() - clock.now().getTime(), 0);
    // A timer holds no more than 24 days; a clock that was set is noticed sooner.
    this.#cancel = timers.after(Math.min(wait, ERASURE_LOOK_MS), () => this.wake());
  }
}

export const openGovernance = (parts: Omit<GovernanceParts, 'timers'>): Governance =>
  new Governance({ ...parts, timers: systemTimers });
