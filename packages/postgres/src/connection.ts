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
