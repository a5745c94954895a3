export const storeMigrations = {
  package: 'store',
  directory: new URL('../migrations/', import.meta.url),
} as const;
