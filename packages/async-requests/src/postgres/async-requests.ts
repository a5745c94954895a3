import type { TenantId } from '@holdfast/kernel';
import { inTransaction } from '@holdfast/postgres';
import type { Pool } from 'pg';
import type { AsyncAsked } from '../async-work.ts';
import { asyncFault } from '../errors.ts';
import { OPEN_REQUESTS_MAX, OPEN_REQUESTS_OF_ONE_MAX, RETRY_AFTER_SECONDS } from '../limits.ts';

/** Senders and runner speak over it. */
export const CHANNEL = 'holdfast_async';

export interface AsyncName {
  readonly tenant: TenantId;
  readonly id: string;
  /** Who asks: a request of another principal is not there. */
  readonly owner: string;
}

export type AsyncState =
  | { readonly kind: 'waiting' | 'running'; readonly said: string | null }
  | {
      readonly kind: 'done';
      readonly status: number;
      readonly text: string;
      readonly expires: Date;
      readonly request: AsyncAsked;
    };

/** Advisory locks `(class, tenant)`: who counts before adding counts alone. */
const COUNT_LOCK = 1_634_954_593;

const OPEN = `with open as (
    select owner from async_request where tenant = $1 and state <> 'done'), added as (
    insert into async_request (tenant, id, owner, kind, actor, asked)
    select $1, $2, $3, $4, $5, $6
    where (select count(*) from open) < $7 and (select count(*) from open where owner = $3) < $8
    returning 1)
  select pg_notify($9, '') from added`;

/** What senders do with their asynchronous requests; any process of the installation answers. */
export class AsyncRequests {
  readonly #pool: Pool;

  /** @param pool of the application role, bound to the tenant */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /**
   * Accepts a request: once this resolves it is carried out, whatever process ends.
   * @throws Fault ASYNC_TOO_MANY_OPEN
   */
  async open({ tenant, id, owner }: AsyncName, { kind, actor, asked }: AsyncAsked): Promise<void> {
    const values = [tenant, id, owner, kind, JSON.stringify(actor), JSON.stringify(asked)];
    const limits = [OPEN_REQUESTS_MAX, OPEN_REQUESTS_OF_ONE_MAX, CHANNEL];
    const added = await inTransaction(this.#pool, async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1, $2)', [COUNT_LOCK, tenant]);
      return (await tx.query(OPEN, [...values, ...limits])).rowCount;
    });
    if (added === 0) {
      throw asyncFault('ASYNC_TOO_MANY_OPEN', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
  }

  /** @returns undefined where there is none of this sender's, or its result has expired */
  async state({ tenant, id, owner }: AsyncName): Promise<AsyncState | undefined> {
    const { rows } = await this.#pool.query<StateRow>(
      `select state, said, status, answer, expires, kind, actor, asked from async_request
        where tenant = $1 and id = $2 and owner = $3 and coalesce(expires > clock_timestamp(), true)`,
      [tenant, id, owner],
    );
    const [row] = rows;
    if (row?.state !== 'done') return row && { kind: row.state, said: row.said };
    const { status, answer, expires, kind, actor, asked } = row;
    return { kind: 'done', status, text: answer, expires, request: { kind, actor, asked } };
  }

  /** What was settled of a request that is done: all parts by number, or the one asked for. */
  async parts(
    { tenant, id, owner }: AsyncName,
    nth?: number,
  ): Promise<ReadonlyMap<number, string>> {
    const { rows } = await this.#pool.query<{ nth: number; content: string }>(
      `select p.nth, p.content
        from async_request r join async_part p on p.tenant = r.tenant and p.request = r.id
        where r.tenant = $1 and r.id = $2 and r.owner = $3 and r.state = 'done'
          and r.expires > clock_timestamp() and ($4::integer is null or p.nth = $4)
        order by p.nth`,
      [tenant, id, owner, nth ?? null],
    );
    return new Map(rows.map((row) => [row.nth, row.content]));
  }

  /** Withdraws it, or forgets its result. @returns false where there is none of this sender's */
  async forget({ tenant, id, owner }: AsyncName): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      'delete from async_request where tenant = $1 and id = $2 and owner = $3',
      [tenant, id, owner],
    );
    return (rowCount ?? 0) > 0;
  }
}

/** `asy_done_is_answered` holds what is not null. */
type StateRow =
  | { readonly state: 'waiting' | 'running'; readonly said: string | null }
  | (AsyncAsked & {
      readonly state: 'done';
      readonly status: number;
      readonly answer: string;
      readonly expires: Date;
    });
