import type pg from 'pg';
import type { Connection, Connections, Queryable } from './connection.ts';
import { DEADLINE_SLACK } from './limits.ts';

/** The time of a request ran out before its next statement began: that one has no effect. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
  /** Classified like a statement that the server ended for the same reason. */
  readonly code = '57014';

  constructor() {
    super('the deadline has passed');
  }
}

export interface DeadlineOptions {
  readonly pool: pg.Pool;
  /** The `statement_timeout` that the pool's connections carry, in milliseconds. */
  readonly statementTimeoutMs: number;
  /** Milliseconds that are left; negative once there are none. */
  readonly leftMs: () => number;
}

type Statement = Parameters<Queryable['query']>[0];

/**
 * A pool for one request with a deadline. No statement begins after it, and one that is under way is
 * ended by the server: its `statement_timeout` is what is left. A request that comes in time has
 * nearly all of it left, which is what the pool's connections carry anyway, so it costs no statement
 * more; only where a fifth is used up is the limit lowered, for as long as the connection is held.
 * So the database works for at most a fifth longer than the deadline says.
 */
export class WithinDeadline implements Connections {
  readonly #options: DeadlineOptions;

  constructor(options: DeadlineOptions) {
    this.#options = options;
  }

  async query<Row extends pg.QueryResultRow>(
    text: Statement,
    values?: unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }> {
    const { pool, statementTimeoutMs, leftMs } = this.#options;
    if (leftMs() >= statementTimeoutMs * DEADLINE_SLACK) return pool.query<Row>(text, values);
    const connection = await this.connect();
    try {
      const result = await connection.query<Row>(text, values);
      connection.release();
      return result;
    } catch (error) {
      connection.release(isLost(error));
      throw error;
    }
  }

  /** @throws DeadlinePassed also where it passed while a connection was awaited */
  async connect(): Promise<Connection> {
    const { pool, leftMs } = this.#options;
    if (leftMs() <= 0) throw new DeadlinePassed();
    const client = await pool.connect();
    if (leftMs() > 0) return new BoundedConnection(client, this.#options);
    client.release();
    throw new DeadlinePassed();
  }
}

/** An error without SQLSTATE is the connection's: nobody else may get it. */
const isLost = (error: unknown): boolean =>
  !(error instanceof DeadlinePassed) && (error as { code?: string }).code?.length !== 5;

class BoundedConnection implements Connection {
  readonly #client: pg.PoolClient;
  readonly #leftMs: () => number;
  readonly #usualMs: number;
  #limitMs: number;

  constructor(client: pg.PoolClient, { statementTimeoutMs, leftMs }: DeadlineOptions) {
    this.#client = client;
    this.#leftMs = leftMs;
    this.#usualMs = statementTimeoutMs;
    this.#limitMs = statementTimeoutMs;
  }

  async query<Row extends pg.QueryResultRow>(
    text: Statement,
    values?: unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }> {
    // Giving up is never too late, and a failed transaction takes nothing else.
    if (text === 'rollback') return this.#client.query<Row>(text);
    const leftMs = this.#leftMs();
    if (leftMs <= 0) throw new DeadlinePassed();
    if (leftMs < this.#limitMs * DEADLINE_SLACK) {
      this.#limitMs = Math.ceil(leftMs);
      await this.#client.query(`set statement_timeout = ${this.#limitMs}`);
    }
    return this.#client.query<Row>(text, values);
  }

  release(broken?: Error | boolean): void {
    const client = this.#client;
    if (broken || this.#limitMs === this.#usualMs) {
      client.release(broken);
      return;
    }
    client.query('reset statement_timeout').then(
      () => client.release(),
      (error: Error) => client.release(error),
    );
  }
}
