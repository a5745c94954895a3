/** Tables `legal_hold`, `retention_rule`, `erasure`. */
export const complianceMigrations = {
  package: 'compliance',
  directory: new URL('../migrations/', import.meta.url),
} as const;
