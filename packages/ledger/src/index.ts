export {
  BodyKeys,
  NOTHING_SEALED,
  type SealedAudit,
  type SealedRow,
} from './bodies/body-keys.ts';
export { KeyRing, type KeyRingSource, type RingKeys } from './bodies/key-ring.ts';
export { type SealRefusal, sealRefusalOf } from './bodies/refusal.ts';
export {
  ed25519Cosigner,
  ed25519Signer,
  ed25519VerifierKey,
  nodeCryptography,
} from './ed25519/node.ts';
export { type AuditBody, parseBody } from './entry/audit-body.ts';
export type {
  AuditAction,
  AuditEvent,
  AuditOutcome,
  AuditRow,
  DecisionEvidence,
  IndexRoot,
} from './entry/audit-event.ts';
export { FAREWELL, type Leaf, parseLeaf } from './entry/leaf.ts';
export { type AuditContext, prepareAudit } from './entry/prepare-audit.ts';
export { AuditProducer } from './entry/producer.ts';
export { type Tagged, TagKey, type TagKind } from './entry/tag-key.ts';
export { haltsLog, LEDGER_FAULTS } from './errors.ts';
export {
  ensureRingFile,
  type OwnedRing,
  ringCommand,
  ringFile,
  ringText,
} from './files/key-ring-sources.ts';
export { WitnessDirectory } from './files/witness-directory.ts';
export { type WitnessAddress, WitnessClient, type WitnessFault } from './http/witness-client.ts';
export { witnessServer } from './http/witness-server.ts';
export { loadLogKeys, loadOrCreateLogKeys, loadOrCreateWitnessKey } from './keys/key-files.ts';
export { createLogKeys, LogKeys } from './keys/log-keys.ts';
export { MAX_FINDINGS } from './limits.ts';
export { ledgerMigrations } from './migrations.ts';
export { SIGNATURE_TYPE } from './note/verifier-key.ts';
export {
  type AppenderCounts,
  AuditAppender,
  type AuditAppenderOptions,
} from './postgres/audit-appender.ts';
export { AuditBodies, type ReadBody, type StoredBody } from './postgres/audit-bodies.ts';
export {
  APPEND_AUDIT,
  AUDIT_COLUMN_TYPES,
  type AuditColumns,
  auditColumns,
} from './postgres/audit-columns.ts';
export { storeCosignature } from './postgres/cosignatures.ts';
export {
  asEraser,
  destroyKeys,
  type KeysOf,
  retireKeys,
} from './postgres/destroy-keys.ts';
export { type Fence, past } from './postgres/fence.ts';
export { LogSequencer, type LogStatus, type SequencerOptions } from './postgres/log-sequencer.ts';
export { type CommitIndex, commitPatientIndex, readLatestIndex } from './postgres/patient-index.ts';
export { type ProvenCompleteness, proveCompleteness } from './postgres/prove-completeness.ts';
export { proveEntries } from './postgres/prove-entries.ts';
export { type ProvenEntry, proveEntry } from './postgres/prove-entry.ts';
export { type ProvenAccess, type ProvenPatient, provePatient } from './postgres/prove-patient.ts';
export { readPublishedTile } from './postgres/published-tiles.ts';
export { type RotationProgress, ringUse, rotateKeys } from './postgres/rotate-keys.ts';
export { readLatestCheckpoint, type StoredCheckpoint, storedNodes } from './postgres/stored-log.ts';
export {
  type VerificationReport,
  type VerifyOptions,
  type VerifyProgress,
  verifyLog,
} from './postgres/verify-log.ts';
export { nodeTreeHasher } from './sha256/node.ts';
export * from './verifier.ts';
export type { LostCounters } from './verify/counter-coverage.ts';
export { ERASE_BODIES } from './verify/erasures.ts';
export { type Finding, type FindingKind, Findings } from './verify/finding.ts';
export type { WrittenContent, WrittenContents } from './verify/written-contents.ts';
export { Witness, type WitnessParts } from './witness/witness.ts';
