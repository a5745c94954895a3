/**
 * Files beyond 400 lines, with their length. The list may only shrink: a file that grew, that fell
 * below its number here, or that is gone fails the tidy test until the list says the truth.
 */
export const LONG_FILES: Readonly<Record<string, number>> = {};

/** Files that sleep, each with the reason why it waits for something that cannot wake it. */
export const SLEEPERS: Readonly<Record<string, string>> = {
  'apps/server/src/database.ts': 'backs off before it starts a database again that ended by itself',
  'packages/postgres/src/embedded/postmaster.ts': 'another process ends, which nobody reports',
  'packages/postgres/src/embedded/start.ts': 'the shared memory of a killed postmaster goes away',
  'packages/postgres/src/transaction.ts': 'backs off before it repeats a transaction',
};

/** Locks that outlive a transaction, each with how the connection that holds it ends. */
export const SESSION_LOCKS: Readonly<Record<string, string>> = {
  'apps/server/src/workers/consent-upkeep.ts': 'is closed when the run ends, however it does',
  'packages/events/src/postgres/session-lock.ts': 'is its own, and ends with the lead',
  'packages/ledger/src/postgres/leadership.ts': 'is closed when the lead ends',
  'packages/postgres/src/migrate.ts': 'gives it back, and is closed with its pool',
  'packages/store/src/postgres/bulk/bulk-state.ts': 'is closed when the load ends',
  'packages/testkit/src/test-database.ts': 'is its own',
};

/** Timers that repeat, each with the reason why it watches time and not data. */
export const REPEATING_TIMERS: Readonly<Record<string, string>> = {};
