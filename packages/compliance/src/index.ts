export {
  type Accounting,
  account,
  type DisclosureSeries,
  sixYearsBefore,
  withNames,
} from './accounting/account.ts';
export {
  DISCLOSE,
  formatReport,
  type Recipient,
  type ReportedDisclosure,
} from './accounting/reported-disclosure.ts';
export type { AuditSource } from './audit-event/agents.ts';
export {
  type AuditEventContext,
  type AuditEventJson,
  auditEventOf,
} from './audit-event/audit-event-of.ts';
export { COMPLIANCE_FAULTS } from './errors.ts';
export { MAX_PATIENTS_A_HOLD, MAX_RETENTION_DAYS } from './limits.ts';
export { bodyOf, type LogRecord } from './log-record.ts';
export { complianceMigrations } from './migrations.ts';
export { type NextStep, nextStep, type Standing } from './next-step.ts';
export { answerOf, recordsTold } from './packs/answer.ts';
export {
  type EmergencyClaim,
  type EvidencePack,
  PACK_KINDS,
  type PackClaims,
  type PackEntry,
  type PackKind,
  type PackQuestion,
} from './packs/pack.ts';
export { renderPack } from './packs/render-pack.ts';
export { type PackFinding, type PackVerdict, verifyPack } from './packs/verify-pack.ts';
export {
  type Erasure,
  type ErasureParts,
  Erasures,
  type RequestErasure,
} from './postgres/erasures.ts';
export { type LegalHold, LegalHolds, type PlaceHold } from './postgres/legal-holds.ts';
export {
  LogRecords,
  type RecordPage,
  type RecordQuestion,
  timeOf,
} from './postgres/log-records.ts';
export { makePack, type PackAsked } from './postgres/make-pack.ts';
export {
  RECORD_CLASSES,
  type RecordClass,
  type RetentionRule,
  RetentionRules,
} from './postgres/retention-rules.ts';
export type { Period, RecordPosition } from './record-slices.ts';
