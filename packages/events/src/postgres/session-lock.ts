import type { Random, Timers } from '@holdfast/kernel';
import type pg from 'pg';
import { EVENT_LIMITS } from '../limits.ts';
import { backoffMs } from '../retry-plan.ts';
import { endQuietly, ownConnection } from './relay-connections.ts';

/** The two-key space of advisory locks, apart from the streams' locks, which have one key. */
export const LOCK_CLASS = 1_163_283_028;

export interface SessionLockParts {
  readonly url: string;
  /** What is led. */
  readonly name: string;
  readonly timers: Timers;
  readonly random: Random;
  /** The lock is held on this connection, which stays open for `LISTEN`. */
  readonly onHeld: (client: pg.Client) => Promise<void>;
  /** It is held no more; the next attempt waits until this has resolved. */
  readonly onLost: () => Promise<void>;
  readonly trouble: (error: unknown) => void;
}

/**
 * Leadership: a session advisory lock on a connection of its own. Standbys wait for it inside the
 * server, so the end of the leader's session is what wakes the next one.
 */
export class SessionLock {
  readonly #parts: SessionLockParts;
  #stopping = false;
  #client: pg.Client | null = null;
  #waitingPid: number | null = null;
  #endPause: (() => void) | null = null;
  #running: Promise<void> | null = null;
  held = false;

  constructor(parts: SessionLockParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Gives the lock back; resolves when `onLost` has and the connection is closed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#endPause?.();
    // A client that hangs up goes unnoticed while its statement waits: cancel that first.
    if (this.#waitingPid !== null) await this.#cancel(this.#waitingPid);
    else if (this.held) {
      await this.#release();
      if (this.#client !== null) await endQuietly(this.#client);
    }
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopping; ) {
      try {
        const client = await ownConnection(this.#parts.url, `lead ${this.#parts.name}`);
        this.#client = client;
        const ended = new Promise<void>((resolve) => client.once('end', resolve));
        // A stop may come while the lock does: it is then given back unused.
        if (!this.#stopping && (await this.#acquire(client)) && !this.#stopping) {
          failures = 0;
          await this.#parts.onHeld(client);
          await ended;
        }
      } catch (error) {
        if (!this.#stopping) this.#parts.trouble(error);
      }
      await this.#release();
      if (this.#client !== null) await endQuietly(this.#client);
      this.#client = null;
      failures += 1;
      if (!this.#stopping) await this.#pause(failures);
    }
  }

  async #acquire(client: pg.Client): Promise<boolean> {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    await client.query(`set lock_timeout = ${EVENT_LIMITS.lockWaitMs}`);
    this.#waitingPid = rows[0]?.pid ?? null;
    try {
      while (!this.#stopping) {
        const held = await client
          .query('select pg_advisory_lock($1, hashtext($2))', [LOCK_CLASS, this.#parts.name])
          .then(() => true, stillWaiting);
        if (!held) continue;
        this.held = true;
        return true;
      }
      return false;
    } finally {
      this.#waitingPid = null;
    }
  }

  async #release(): Promise<void> {
    if (!this.held) return;
    this.held = false;
    await this.#parts.onLost();
  }

  async #cancel(pid: number): Promise<void> {
    try {
      const client = await ownConnection(this.#parts.url, 'cancel');
      await client.query('select pg_cancel_backend($1)', [pid]);
      await endQuietly(client);
    } catch {
      if (this.#client !== null) await endQuietly(this.#client);
    }
  }

  #pause(failures: number): Promise<void> {
    const bounds = {
      firstDelayMs: EVENT_LIMITS.reconnectFirstMs,
      maxDelayMs: EVENT_LIMITS.reconnectLastMs,
    };
    return new Promise((resolve) => {
      const delayMs = backoffMs(failures, bounds, this.#parts.random);
      const cancel = this.#parts.timers.after(delayMs, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** The wait is over its time and is renewed; anything else ends the attempt. */
function stillWaiting(error: Error & { code?: string }): false {
  if (error.code === '55P03') return false;
  throw error;
}
