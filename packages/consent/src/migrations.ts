/** The package's SQL migrations; they build on those of `@holdfast/store`. */
export const consentMigrations = {
  package: 'consent',
  directory: new URL('../migrations/', import.meta.url),
} as const;
