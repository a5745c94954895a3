import { projectAgain, relabel } from '@holdfast/consent';
import type { TenantId } from '@holdfast/kernel';
import type { Pool } from 'pg';

export interface ConsentUpkeepParts {
  readonly tenant: TenantId;
  readonly pool: Pool;
  readonly trouble: (error: unknown) => void;
}

/** "upkp": whoever holds it in a tenant is the one process at work there. */
const LOCK = 1970301808;

/**
 * Brings stored data up to the program and the label sets of today, in the background: consents whose
 * class is of an earlier format, and labels by former sets. It runs when it is woken, goes on where an
 * earlier run ended, and does nothing where another process is at it.
 */
export class ConsentUpkeep {
  readonly #parts: ConsentUpkeepParts;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #wokenMeanwhile = false;

  constructor(parts: ConsentUpkeepParts) {
    this.#parts = parts;
  }

  wake(): void {
    if (this.#running !== undefined || this.#stopping.signal.aborted) {
      this.#wokenMeanwhile = true;
      return;
    }
    this.#wokenMeanwhile = false;
    this.#running = this.#run()
      .catch(this.#parts.trouble)
      .finally(() => {
        this.#running = undefined;
        if (this.#wokenMeanwhile) this.wake();
      });
  }

  /** Waits for the patient at hand. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { tenant, pool } = this.#parts;
    const { signal } = this.#stopping;
    const holder = await pool.connect();
    try {
      const { rows } = await holder.query<{ held: boolean }>(
        'select pg_try_advisory_lock($1, $2) as held',
        [LOCK, tenant],
      );
      if (rows[0]?.held !== true) return;
      await projectAgain(pool, tenant, signal);
      await relabel(pool, tenant, signal);
    } finally {
      // With the connection the lock goes, however this ended.
      holder.release(true);
    }
  }
}
