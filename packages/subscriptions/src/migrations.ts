/** The tables of this package, for the migration runner. */
export const subscriptionsMigrations = {
  package: 'subscriptions',
  directory: new URL('../migrations/', import.meta.url),
} as const;
