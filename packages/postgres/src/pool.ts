import pg from 'pg';
import { CONNECT_TIMEOUT_MS, POOL_CONNECTIONS_DEFAULT } from './limits.ts';

export interface PoolOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  /** The role statements run as. `holdfast_app` is behind the tenant wall; unset: the owner. */
  readonly role?: 'holdfast_app';
  /** What `holdfast.tenant` is on every connection; unset, guarded tables refuse every statement. */
  readonly tenant?: number;
  /** Connections at most. */
  readonly max?: number;
  /** How long a caller waits for a free or a new connection, in milliseconds. Default: 5 seconds. */
  readonly connectTimeoutMs?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** The server ends a longer statement with SQLSTATE 57014; unset: no limit. */
  readonly statementTimeoutMs?: number;
  /** A connection died while nobody used it; the pool replaces it. Default: ignored. */
  readonly onIdleError?: (error: Error) => void;
}

/**
 * A pool whose connections carry role, tenant, search path and time limit from their first byte:
 * they travel in the start-up packet, so they cost no round trip and no statement can precede them.
 */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    options: startupOptions(options),
    max: options.max ?? POOL_CONNECTIONS_DEFAULT,
    connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    application_name: options.applicationName ?? 'holdfast',
    keepAlive: true,
  });
  // Without listeners a connection that dies, idle or in use, would end the process. One in use
  // reports its death through its next statement.
  pool.on('error', options.onIdleError ?? (() => undefined));
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** The `options` start-up parameter (libpq PGOPTIONS): one `-c name=value` a setting. */
export function startupOptions(
  options: Pick<PoolOptions, 'role' | 'tenant' | 'statementTimeoutMs'>,
): string {
  const settings = new Map([['search_path', 'holdfast,public']]);
  if (options.role !== undefined) settings.set('role', options.role);
  if (options.tenant !== undefined) settings.set('holdfast.tenant', String(options.tenant));
  if (options.statementTimeoutMs !== undefined) {
    settings.set('statement_timeout', String(options.statementTimeoutMs));
  }
  return [...settings].map(([name, value]) => `-c ${name}=${value}`).join(' ');
}
