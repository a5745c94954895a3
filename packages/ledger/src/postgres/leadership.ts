import type { TenantId } from '@holdfast/kernel';
import type { Pool, PoolClient } from 'pg';

/** Key of the session lock that makes one sequencer of a database the writer of its logs. */
const SEQUENCER_LOCK = 5_204_117_366;
const CHANNEL = 'holdfast_ledger';

export interface LeadershipEvents {
  /** Another process asks the leader to look at these tenants' rows; at all, where none is named. */
  readonly onAsked: (tenants: readonly TenantId[]) => void;
  /** The connection died while nothing was running on it. */
  readonly onLost: (error: Error) => void;
}

export type Standing =
  | { readonly kind: 'leader'; readonly connection: PoolClient; readonly justElected: boolean }
  | { readonly kind: 'standby'; readonly connection: PoolClient };

/**
 * The right to write the log, held as a session lock on the very connection that writes: when the
 * connection dies, so does the right, and nothing more can be written with it.
 */
export class Leadership {
  readonly #pool: Pool;
  readonly #events: LeadershipEvents;
  #connection: PoolClient | null = null;
  #leading = false;

  constructor(pool: Pool, events: LeadershipEvents) {
    this.#pool = pool;
    this.#events = events;
  }

  get leading(): boolean {
    return this.#leading;
  }

  /** Connects where needed and tries the lock, without waiting for it. Throws what the database throws. */
  async claim(): Promise<Standing> {
    const connection = this.#connection ?? (await this.#connect());
    if (this.#leading) return { kind: 'leader', connection, justElected: false };
    const { rows } = await connection.query<{ held: boolean }>(
      'select pg_try_advisory_lock($1) as held',
      [SEQUENCER_LOCK],
    );
    if (rows[0]?.held !== true) return { kind: 'standby', connection };
    await connection.query(`listen ${CHANNEL}`);
    this.#leading = true;
    return { kind: 'leader', connection, justElected: true };
  }

  /** Hands the lock over at once, where the connection still can, and closes the connection. */
  async resign(): Promise<void> {
    const connection = this.#connection;
    if (this.#leading && connection !== null) {
      await connection.query('select pg_advisory_unlock($1)', [SEQUENCER_LOCK]).catch(() => null);
    }
    this.drop();
  }

  /** Gives up lock and connection, in whatever state they are. */
  drop(): void {
    const connection = this.#connection;
    this.#connection = null;
    this.#leading = false;
    connection?.removeAllListeners('notification');
    connection?.release(true);
  }

  async #connect(): Promise<PoolClient> {
    const connection = await this.#pool.connect();
    this.#connection = connection;
    connection.on('error', (error) => {
      if (this.#connection === connection) this.#events.onLost(error);
    });
    connection.on('notification', ({ payload = '' }) => {
      const tenants = payload === '' ? [] : payload.split(',');
      this.#events.onAsked(tenants.map((tenant) => Number(tenant) as TenantId));
    });
    // Batches need not wait for the disk (see TenantLog.sign). Tenant 0 has no rows; the wall only
    // insists that some tenant is set.
    await connection.query('set role holdfast_sequencer; set synchronous_commit = off');
    await connection.query(`select set_config('holdfast.tenant', '0', false)`);
    return connection;
  }
}

/** Passes a wake on to the leader, wherever it runs; no tenant stands for any. */
export async function askLeader(
  connection: PoolClient,
  tenants: readonly TenantId[],
): Promise<void> {
  await connection.query('select pg_notify($1, $2)', [CHANNEL, tenants.join(',')]);
}

/** Every tenant with records, in as many index probes. */
export async function tenantsWithRecords(connection: PoolClient): Promise<TenantId[]> {
  const { rows } = await connection.query<{ tenant: TenantId }>(
    `with recursive found as (
       (select tenant from audit order by tenant limit 1)
       union all
       select (select tenant from audit where tenant > found.tenant order by tenant limit 1)
       from found where found.tenant is not null
     )
     select tenant from found where tenant is not null`,
  );
  return rows.map((row) => row.tenant);
}
