import { type FaultCatalogue, faults } from '@holdfast/kernel';

export const POSTGRES_FAULTS = {
  MIGRATION_CHANGED: {
    status: 500,
    issue: 'exception',
    text: 'A migration that this database has already applied was changed afterwards.',
    mend: 'Restore the file as it was applied and put the change into a new migration.',
  },
  MIGRATION_UNKNOWN: {
    status: 500,
    issue: 'exception',
    text: 'This database carries a migration that this program does not know: it is newer.',
    mend: 'Start the version of the program that last migrated the database, or a later one.',
  },
  MIGRATION_FAILED: {
    status: 500,
    issue: 'exception',
    text: 'A migration failed; it was rolled back and nothing of it remains.',
    mend: 'Read the cause, mend the file or the database, and start again.',
  },
  MIGRATION_MISNAMED: {
    status: 500,
    issue: 'exception',
    text: 'A migration directory holds a file that is not named NNNN_what.sql, or a number twice.',
    mend: 'Rename the file; numbers are unique within a package.',
  },
  EMBEDDED_IN_USE: {
    status: 503,
    issue: 'lock-error',
    text: 'The embedded PostgreSQL in this data directory belongs to a running process.',
    mend: 'Stop that process, or give this one another data directory or a DATABASE_URL.',
  },
  EMBEDDED_UNSUPPORTED: {
    status: 500,
    issue: 'not-supported',
    text: 'There are no embedded PostgreSQL binaries for this platform.',
    mend: 'Set DATABASE_URL to a PostgreSQL 15 to 18.',
  },
  EMBEDDED_VERSION: {
    status: 500,
    issue: 'exception',
    text: 'The data directory was made by another major version of PostgreSQL.',
    mend: 'Dump it with that version and restore it here, or move the directory away.',
  },
  EMBEDDED_START_FAILED: {
    status: 503,
    issue: 'exception',
    text: 'The embedded PostgreSQL did not start.',
    mend: 'Read the log it names.',
  },
} as const satisfies FaultCatalogue;

export const fault = faults(POSTGRES_FAULTS);
