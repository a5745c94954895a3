/** The plain `.sql` files of one package, named `NNNN_what.sql` and applied in that order. */
export interface MigrationSet {
  readonly package: string;
  /** A `file:` URL that ends in a slash. */
  readonly directory: URL;
}

/** Roles, the tenant wall and partition maintenance; every other set builds on it. */
export const postgresMigrations = {
  package: 'postgres',
  directory: new URL('../migrations/', import.meta.url),
} as const satisfies MigrationSet;
