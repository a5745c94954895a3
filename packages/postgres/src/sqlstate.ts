/**
 * What a failed statement means to its caller.
 * - `unavailable`: the database is absent or refuses work; the same request may succeed later.
 * - `retryable`: the transaction lost a race and has no effect; run it again from the start.
 * - `conflict`: the data says no (a key taken, a reference gone); running it again says no again.
 * - `timeout`: a time limit ended it; there is no effect.
 * - `unstorable`: a value is outside what the database can hold; the caller must change it.
 * - `bug`: the statement or our use of the driver is wrong.
 */
export type FailureKind =
  | 'unavailable'
  | 'retryable'
  | 'conflict'
  | 'timeout'
  | 'unstorable'
  | 'bug';

export interface Classified {
  readonly kind: FailureKind;
  /** Five characters (PostgreSQL appendix A), or the system's name such as `ECONNREFUSED`. */
  readonly sqlstate: string;
}

const BY_STATE: Readonly<Record<string, FailureKind>> = {
  '40001': 'retryable', // serialization_failure
  '40P01': 'retryable', // deadlock_detected
  '23505': 'conflict', // unique_violation
  '23503': 'conflict', // foreign_key_violation
  '23P01': 'conflict', // exclusion_violation
  '57014': 'timeout', // query_canceled, statement_timeout
  '55P03': 'timeout', // lock_not_available, lock_timeout
  '25P03': 'timeout', // idle_in_transaction_session_timeout
  '25P04': 'timeout', // transaction_timeout
  '22021': 'unstorable', // character_not_in_repertoire: NUL
  '22P05': 'unstorable', // untranslatable_character
  '22008': 'unstorable', // datetime_field_overflow
  '22009': 'unstorable', // invalid_time_zone_displacement_value
  '22003': 'unstorable', // numeric_value_out_of_range
  '54000': 'unstorable', // program_limit_exceeded: longer than an index entry
  '25006': 'unavailable', // read_only_sql_transaction: the primary moved
  '57P01': 'unavailable', // admin_shutdown
  '57P02': 'unavailable', // crash_shutdown
  '57P03': 'unavailable', // cannot_connect_now
  '57P05': 'unavailable', // idle_session_timeout
  '58030': 'unavailable', // io_error
};

/** 08 connection exception, 53 insufficient resources (disk, memory, connections). */
const UNAVAILABLE_CLASSES: ReadonlySet<string> = new Set(['08', '53']);

const SOCKET_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
]);

/** `pg` and `pg-pool` report a lost or unobtainable connection by these words, without a code. */
const LOST_CONNECTION = new RegExp(
  [
    '^(Connection terminated',
    'Client has encountered a connection error',
    'Client was closed',
    'timeout exceeded when trying to connect',
    'Cannot use a pool after calling end',
    'Connection ended)',
  ].join('|'),
);

/** As `pg-pool` says that a connection, or a turn with one, did not come in time. */
const CONNECT_TIMEOUT =
  /^(timeout exceeded when trying to connect|Connection terminated due to connection timeout)/;

/** The server may be away, or this process too busy to take its answer up: the error does not tell. */
export const isConnectTimeout = (error: unknown): boolean =>
  error instanceof Error && CONNECT_TIMEOUT.test(error.message);

/** Classifies whatever a statement, a connect or a pool threw. Total: never throws itself. */
export function classify(error: unknown): Classified {
  if (!(error instanceof Error)) return { kind: 'bug', sqlstate: '' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = BY_STATE[code];
  if (known !== undefined) return { kind: known, sqlstate: code };
  if (SOCKET_CODES.has(code)) return { kind: 'unavailable', sqlstate: code };
  if (code.length === 5 && UNAVAILABLE_CLASSES.has(code.slice(0, 2))) {
    return { kind: 'unavailable', sqlstate: code };
  }
  // Several addresses of one host (::1 and 127.0.0.1) fail together.
  const parts = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  if (parts.length > 0 && parts.every((part) => classify(part).kind === 'unavailable')) {
    return { kind: 'unavailable', sqlstate: code };
  }
  if (LOST_CONNECTION.test(error.message))
    return { kind: 'unavailable', sqlstate: code || '08006' };
  return { kind: 'bug', sqlstate: code };
}
