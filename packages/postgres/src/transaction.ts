import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Connection, Connections } from './connection.ts';
import { TRANSACTION_RETRIES_DEFAULT, TRANSACTION_RETRY_PAUSE_MS } from './limits.ts';
import { classify } from './sqlstate.ts';

export interface TransactionOptions {
  /** Attempts beside the first, on `retryable` failures only. */
  readonly retries?: number;
  readonly isolation?: 'read committed' | 'repeatable read';
  readonly readOnly?: boolean;
}

/**
 * Runs `work` in one transaction on one connection. Commits when it returns, rolls back when it
 * throws, and runs it again from the start after a deadlock or serialization failure: so `work`
 * must have no effect outside the transaction. Throws what `work` or the COMMIT threw.
 *
 * A connection lost during COMMIT surfaces as `unavailable` and is not retried: whether the
 * transaction committed is then unknown here.
 */
export function inTransaction<Value>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Value>,
  options?: TransactionOptions,
): Promise<Value>;
export function inTransaction<Value>(
  pool: Connections,
  work: (client: Connection) => Promise<Value>,
  options?: TransactionOptions,
): Promise<Value>;
export async function inTransaction<Value>(
  // As both are called: a pool's own clients can do more.
  pool: Connections,
  work: (client: Connection & pg.PoolClient) => Promise<Value>,
  options: TransactionOptions = {},
): Promise<Value> {
  const retries = options.retries ?? TRANSACTION_RETRIES_DEFAULT;
  for (let attempt = 0; ; attempt++) {
    try {
      return await once(pool, work, begin(options));
    } catch (error) {
      if (attempt >= retries || classify(error).kind !== 'retryable') throw error;
      await pause(TRANSACTION_RETRY_PAUSE_MS * (attempt + 1));
    }
  }
}

function begin(options: TransactionOptions): string {
  const isolation = options.isolation ?? 'read committed';
  return `begin isolation level ${isolation}${options.readOnly === true ? ' read only' : ''}`;
}

async function once<Value>(
  pool: Connections,
  work: (client: Connection & pg.PoolClient) => Promise<Value>,
  beginStatement: string,
): Promise<Value> {
  const client = (await pool.connect()) as Connection & pg.PoolClient; // see the overloads
  let broken: Error | undefined;
  try {
    await client.query(beginStatement);
    const value = await work(client);
    const { command } = (await client.query('commit')) as { command?: string };
    // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK and no error.
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back: a swallowed error');
    return value;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
