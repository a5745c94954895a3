/** The tables of this package, for the migration runner. */
export const inferenceMigrations = {
  package: 'inference',
  directory: new URL('../migrations/', import.meta.url),
} as const;
