import type { QueryResultRow } from 'pg';

/**
 * What statements need: a pool, a client in a transaction, or a test double of neither.
 * Text and values stay apart; `name` makes the server keep the plan for the session.
 */
export interface Queryable {
  query<Row extends QueryResultRow>(
    text: string | { name?: string; text: string; values?: unknown[] },
    values?: unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }>;
}

/** A connection of one's own until it is given back. */
export interface Connection extends Queryable {
  /** @param broken it is closed instead of given to somebody else */
  release(broken?: Error | boolean): void;
}

/** Where connections come from: a pool, or a pool within a deadline. */
export interface Connections extends Queryable {
  connect(): Promise<Connection>;
}
