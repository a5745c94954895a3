import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { AsyncCancelled, type AsyncStep, type AsyncWork } from '../async-work.ts';

export interface ClaimedRow {
  readonly id: string;
  readonly kind: string;
  readonly actor: unknown;
  readonly asked: unknown;
  readonly attempts: number;
  readonly progress: unknown;
  /** Number of this turn, as PostgreSQL's driver gives it. */
  readonly claim: string;
}

const SETTLE = `with open as (
    update async_request set progress = coalesce($3, progress), said = coalesce(left($4, 100), said),
      attempts = 0
    where tenant = $1 and id = $2 and state = 'running' and claim = $7 returning id), added as (
    insert into async_part (tenant, request, nth, content)
    select $1, open.id, u.nth, u.content
    from open, unnest($5::integer[], $6::text[]) as u(nth, content))
  select from open`;

/** A request whose state lies in the database. */
export class StoredWork implements AsyncWork {
  readonly id: string;
  readonly kind: string;
  readonly actor: unknown;
  readonly asked: unknown;
  readonly progress: unknown;
  readonly signal: AbortSignal;
  readonly #pool: Pool;
  readonly #tenant: TenantId;
  readonly #claim: string;

  constructor(
    row: ClaimedRow,
    at: { readonly pool: Pool; readonly tenant: TenantId; readonly signal: AbortSignal },
  ) {
    this.id = row.id;
    this.kind = row.kind;
    this.actor = row.actor;
    this.asked = row.asked;
    this.progress = row.progress;
    this.signal = at.signal;
    this.#pool = at.pool;
    this.#tenant = at.tenant;
    this.#claim = row.claim;
  }

  async settled(): Promise<ReadonlyMap<number, string>> {
    const { rows } = await this.#pool.query<{ nth: number; content: string }>(
      'select nth, content from async_part where tenant = $1 and request = $2 order by nth',
      [this.#tenant, this.id],
    );
    return new Map(rows.map(({ nth, content }) => [nth, content]));
  }

  async settle(db: Queryable, { parts = new Map(), progress, said }: AsyncStep): Promise<void> {
    this.signal.throwIfAborted();
    const { rowCount } = await db.query(SETTLE, [
      this.#tenant,
      this.id,
      progress === undefined ? null : JSON.stringify(progress),
      said ?? null,
      [...parts.keys()],
      [...parts.values()],
      this.#claim,
    ]);
    if (rowCount === 0) throw new AsyncCancelled();
  }
}
