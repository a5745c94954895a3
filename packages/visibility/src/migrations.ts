/** The tables of this package, for the migration runner. */
export const visibilityMigrations = {
  package: 'visibility',
  directory: new URL('../migrations/', import.meta.url),
} as const;
