import type { Fault, TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { BodyKeys, SealedAudit } from '../bodies/body-keys.ts';
import { sealRefusalOf } from '../bodies/refusal.ts';
import type { AuditRow } from '../entry/audit-event.ts';
import type { AuditProducer } from '../entry/producer.ts';
import { fault } from '../errors.ts';
import {
  MAX_QUEUED_ROWS,
  MAX_ROWS_A_COMMIT,
  QUEUE_RETRY_SECONDS,
  SEAL_ATTEMPTS,
} from '../limits.ts';
import { APPEND_AUDIT, auditColumns } from './audit-columns.ts';

export interface AuditAppenderOptions {
  /** As role `holdfast_app`. */
  readonly pool: Queryable;
  readonly tenant: TenantId;
  readonly bodyKeys: BodyKeys;
  /** Gets the counters of rows back that could not be stored. */
  readonly producer: AuditProducer;
  /** Called after each commit, e.g. with the sequencer's `wake`. */
  readonly onDurable?: (tenant: TenantId) => void;
  /** Called for each refused call and each failed commit. */
  readonly onFailed?: (error: Fault) => void;
}

export interface AppenderCounts {
  /** Statements sent, each with a commit (one fsync) of its own. */
  readonly commits: number;
  readonly rows: number;
  readonly failedCommits: number;
  readonly refusedRows: number;
  readonly queuedRows: number;
}

interface Waiting {
  readonly rows: readonly AuditRow[];
  readonly done: () => void;
  readonly failed: (reason: unknown) => void;
}

const APPEND = { name: 'led_append_audit', text: APPEND_AUDIT };

/**
 * Group commit for the audit records of reads of one tenant. While one INSERT is on its way the
 * next batch gathers, so batches grow with load and no timer adds latency without it.
 */
export class AuditAppender {
  readonly #options: AuditAppenderOptions;
  readonly #queue: Waiting[] = [];
  #queuedRows = 0;
  #sending = false;
  #counts = { commits: 0, rows: 0, failedCommits: 0, refusedRows: 0 };

  constructor(options: AuditAppenderOptions) {
    this.#options = options;
  }

  /**
   * Resolves when all rows are durable, and only then may the answer leave. The rows of one call
   * are stored together or not at all.
   *
   * @throws Fault LED_QUEUE_FULL with a retry hint, or LED_NOT_RECORDED; the counters are released
   */
  append(rows: readonly AuditRow[]): Promise<void> {
    if (rows.length === 0) return Promise.resolve();
    if (this.#queuedRows + rows.length > MAX_QUEUED_ROWS) {
      this.#counts.refusedRows += rows.length;
      this.#options.producer.release(rows);
      const full = fault('LED_QUEUE_FULL', { retryAfterSeconds: QUEUE_RETRY_SECONDS });
      this.#options.onFailed?.(full);
      return Promise.reject(full);
    }
    return new Promise((done, failed) => {
      this.#queue.push({ rows, done, failed });
      this.#queuedRows += rows.length;
      if (!this.#sending) void this.#sendAll();
    });
  }

  counts(): AppenderCounts {
    return { ...this.#counts, queuedRows: this.#queuedRows };
  }

  async #sendAll(): Promise<void> {
    this.#sending = true;
    // Whatever else this turn of the event loop wants to append goes into the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) await this.#send(this.#nextBatch());
    this.#sending = false;
  }

  #nextBatch(): Waiting[] {
    let rows = 0;
    const fits = this.#queue.findIndex((waiting) => {
      rows += waiting.rows.length;
      return rows > MAX_ROWS_A_COMMIT;
    });
    // A single call larger than the limit still goes whole.
    return this.#queue.splice(0, fits === -1 ? this.#queue.length : Math.max(fits, 1));
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    const { tenant, producer, onDurable, onFailed } = this.#options;
    const rows = batch.flatMap((waiting) => waiting.rows);
    try {
      await this.#store(rows);
      this.#counts.commits += 1;
      this.#counts.rows += rows.length;
      for (const { done } of batch) done();
    } catch (cause) {
      this.#counts.failedCommits += 1;
      producer.release(rows);
      const error = fault('LED_NOT_RECORDED', { cause, retryAfterSeconds: QUEUE_RETRY_SECONDS });
      for (const { failed } of batch) failed(error);
      onFailed?.(error);
      return;
    } finally {
      this.#queuedRows -= rows.length;
    }
    onDurable?.(tenant);
  }

  /** Under new keys where those known were retired since they were last used. */
  async #store(rows: readonly AuditRow[]): Promise<void> {
    const { pool, tenant, bodyKeys } = this.#options;
    const send = (sealed: SealedAudit) =>
      pool.query({ ...APPEND, values: [tenant, ...auditColumns(sealed)] });
    for (let attempt = 1; ; attempt++) {
      const sealed = bodyKeys.seal(rows);
      try {
        await send(sealed);
        bodyKeys.committed(sealed);
        return;
      } catch (error) {
        const refusal = sealRefusalOf(error);
        if (refusal === undefined || attempt === SEAL_ATTEMPTS) throw error;
        await bodyKeys.refused(refusal);
      }
    }
  }
}
