/** Attempts beside the first: three losers of a deadlock in a row mean contention, not bad luck. */
export const TRANSACTION_RETRIES_DEFAULT = 3;

/** Pause before a repeated transaction, times the attempt: long enough for the winner to commit. */
export const TRANSACTION_RETRY_PAUSE_MS = 15;

/** Connections of a pool unless told otherwise: more than the cores of a small machine can use. */
export const POOL_CONNECTIONS_DEFAULT = 16;

/** How long a caller waits for a free or a new connection before the database counts as absent. */
export const CONNECT_TIMEOUT_MS = 5_000;

/** A cluster of this size starts in about a second; a crash recovery replays at most `max_wal_size`. */
export const EMBEDDED_START_TIMEOUT_MS = 120_000;

/** Fast shutdown waits for a checkpoint; beyond this the postmaster is told to quit at once. */
export const EMBEDDED_STOP_TIMEOUT_MS = 30_000;

/** Another program can take the chosen port in the moment before PostgreSQL binds it. */
export const EMBEDDED_PORT_ATTEMPTS = 3;

/** The server log starts anew beyond this size, so that it cannot fill the disk. */
export const EMBEDDED_LOG_BYTES_MAX = 8 * 1024 * 1024;

/** Part of a statement's time limit that must be left of a deadline; with less, the limit is lowered. */
export const DEADLINE_SLACK = 0.8;
