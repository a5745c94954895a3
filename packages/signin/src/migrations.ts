/** The tables of this package, for the migration runner. */
export const signinMigrations = {
  package: 'signin',
  directory: new URL('../migrations/', import.meta.url),
} as const;
