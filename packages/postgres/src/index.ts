export type { Connection, Connections, Queryable } from './connection.ts';
export { DeadlinePassed, WithinDeadline } from './deadline.ts';
export { deleteEmbeddedData } from './embedded/delete-data.ts';
export type { ServerSettings } from './embedded/settings.ts';
export {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from './embedded/start.ts';
export { POSTGRES_FAULTS } from './errors.ts';
export { type Migration, migrate, readMigrations } from './migrate.ts';
export { type MigrationSet, postgresMigrations } from './migrations.ts';
export { createPool, type PoolOptions, startupOptions } from './pool.ts';
export { type Classified, classify, type FailureKind, isConnectTimeout } from './sqlstate.ts';
export { inTransaction, type TransactionOptions } from './transaction.ts';
