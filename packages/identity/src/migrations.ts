/** The tables of this package, for the migration runner. */
export const identityMigrations = {
  package: 'identity',
  directory: new URL('../migrations/', import.meta.url),
} as const;
