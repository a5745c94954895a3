/** Tables `audit`, `log_batch`, `log_tile`, `log_checkpoint`, and the sequencer's role. */
export const ledgerMigrations = {
  package: 'ledger',
  directory: new URL('../migrations/', import.meta.url),
} as const;
