import { SessionLock } from '@holdfast/events';
import { Fault, type Random, type TenantId, type Timers } from '@holdfast/kernel';
import { classify } from '@holdfast/postgres';
import type pg from 'pg';
import type { Pool } from 'pg';
import { type AsyncAnswer, AsyncCancelled, type AsyncHandler } from '../async-work.ts';
import { ATTEMPTS_MAX, RESULT_KEPT_HOURS, RETRY_FIRST_MS } from '../limits.ts';
import { CHANNEL } from './async-requests.ts';
import { type ClaimedRow, StoredWork } from './stored-work.ts';

export interface AsyncRunnerParts {
  /** The owner's address: for the lock and for listening. */
  readonly url: string;
  /** Of the application role, bound to the tenant. */
  readonly pool: Pool;
  readonly tenant: TenantId;
  /** By the kind of request. */
  readonly handlers: Readonly<Record<string, AsyncHandler>>;
  /** What the sender is told of a request that failed. */
  readonly failed: (error: unknown) => AsyncAnswer;
  readonly timers: Timers;
  readonly random: Random;
  readonly trouble: (error: unknown) => void;
}

/**
 * Carries out asynchronous requests, oldest first, one at a time: they never crowd out who waits for
 * an answer. Of all processes one leads; the others wait for its lock inside the server, and the next
 * goes on with what it left. Woken by NOTIFY, it looks nowhere by itself.
 */
export class AsyncRunner {
  readonly #parts: AsyncRunnerParts;
  readonly #lock: SessionLock;
  #leads = new AbortController();
  #due = false;
  #working: Promise<void> | null = null;
  #cancelPause: (() => void) | null = null;

  constructor(parts: AsyncRunnerParts) {
    this.#parts = parts;
    this.#leads.abort();
    this.#lock = new SessionLock({
      url: parts.url,
      name: `async requests ${parts.tenant}`,
      timers: parts.timers,
      random: parts.random,
      onHeld: (client) => this.#begin(client),
      onLost: () => this.#letGo(),
      trouble: parts.trouble,
    });
  }

  start(): void {
    this.#lock.start();
  }

  /** Lets go of the request under way; another process, or the next start, goes on with it. */
  stop(): Promise<void> {
    return this.#lock.stop();
  }

  async #begin(client: pg.Client): Promise<void> {
    this.#leads = new AbortController();
    client.on('notification', () => this.#wake());
    await client.query(`listen ${CHANNEL}`);
    this.#wake();
  }

  async #letGo(): Promise<void> {
    this.#leads.abort();
    this.#cancelPause?.();
    await this.#working;
  }

  #wake(): void {
    this.#due = true;
    if (this.#leads.signal.aborted) return;
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
      // What came while the last look ended.
      if (this.#due) this.#wake();
    });
  }

  async #work(): Promise<void> {
    const { signal } = this.#leads;
    while (this.#due && !signal.aborted) {
      this.#due = false;
      try {
        await this.#dropExpired();
        for (let row = await this.#claim(); row !== undefined; row = await this.#claim()) {
          await this.#carryOut(row, signal);
          if (signal.aborted) return;
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#parts.trouble(error);
        this.#wakeAfter(RETRY_FIRST_MS);
        return;
      }
    }
  }

  #wakeAfter(delayMs: number): void {
    this.#cancelPause?.();
    this.#cancelPause = this.#parts.timers.after(delayMs, () => this.#wake());
  }

  async #dropExpired(): Promise<void> {
    const { pool, tenant } = this.#parts;
    await pool.query(
      `delete from async_request where tenant = $1 and state = 'done' and expires < clock_timestamp()`,
      [tenant],
    );
  }

  /** The oldest that is open: one that somebody else left comes before what waits behind it. */
  async #claim(): Promise<ClaimedRow | undefined> {
    const { pool, tenant } = this.#parts;
    const { rows } = await pool.query<ClaimedRow>(
      `update async_request r set state = 'running', attempts = attempts + 1, claim = claim + 1
        where r.tenant = $1 and r.id = (select id from async_request
          where tenant = $1 and state <> 'done' order by created, id limit 1)
        returning r.id, r.kind, r.actor, r.asked, r.attempts, r.progress, r.claim`,
      [tenant],
    );
    return rows[0];
  }

  /** @throws what may pass: the request stays open and is tried again */
  async #carryOut(row: ClaimedRow, signal: AbortSignal): Promise<void> {
    const { pool, tenant, handlers, failed } = this.#parts;
    let answer: AsyncAnswer;
    try {
      if (row.attempts > ATTEMPTS_MAX) throw new TypeError('it ended every process that began it');
      const handler = handlers[row.kind];
      if (handler === undefined) throw new TypeError(`no handler of ${row.kind}`);
      answer = await handler(new StoredWork(row, { pool, tenant, signal }));
    } catch (error) {
      if (error instanceof AsyncCancelled) return;
      if (signal.aborted || (mayPass(error) && row.attempts < ATTEMPTS_MAX)) throw error;
      this.#parts.trouble(error);
      answer = failed(error);
    }
    await this.#finish(row, answer);
  }

  async #finish(
    { id, claim }: ClaimedRow,
    { status, text, keepParts }: AsyncAnswer,
  ): Promise<void> {
    const { pool, tenant } = this.#parts;
    await pool.query(
      `with done as (update async_request set state = 'done', status = $3, answer = $4, progress = null, asked = asked - 'body',
          expires = clock_timestamp() + make_interval(hours => $5)
          where tenant = $1 and id = $2 and claim = $7 returning id)
        delete from async_part p using done
        where p.tenant = $1 and p.request = done.id and not $6::boolean`,
      [tenant, id, status, text, RESULT_KEPT_HOURS, keepParts ?? false, claim],
    );
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof Fault) return error.row.retryable ?? false;
  return ['unavailable', 'retryable', 'timeout'].includes(classify(error).kind);
}
