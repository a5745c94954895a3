/** The tables of this package, for the migration runner. */
export const eventsMigrations = {
  package: 'events',
  directory: new URL('../migrations/', import.meta.url),
} as const;
