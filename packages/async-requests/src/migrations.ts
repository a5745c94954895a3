/** The tables of this package, for the migration runner. */
export const asyncMigrations = {
  package: 'async-requests',
  directory: new URL('../migrations/', import.meta.url),
} as const;
