export type {
  AccessGate,
  Bind,
  DueChanges,
  GateSource,
  PatientFacts,
  PatientProjection,
  ProjectedChange,
  Release,
  RowFacts,
} from './access-gate.ts';
export type { Labels } from './change.ts';
export { STORE_FAULTS, Withheld } from './errors.ts';
export { clinicalTimeOf } from './indexed.ts';
export { storeMigrations } from './migrations.ts';
export { type BulkBatch, BulkLoader, type BulkLoaderOptions } from './postgres/bulk/bulk-load.ts';
export {
  BULK_APPLICATION,
  type BulkLoad,
  beginBulkLoad,
  finishBulkLoad,
  missingIndexes,
  takeBulkLock,
} from './postgres/bulk/bulk-state.ts';
export { readSeveral } from './postgres/current.ts';
export { Dictionary } from './postgres/dictionary.ts';
export {
  countExport,
  type ExportPosition,
  type ExportScope,
  patientKeysOf,
  readExport,
} from './postgres/export-window.ts';
export {
  type HistoryContext,
  type HistoryPage,
  type HistoryQuery,
  readHistory,
} from './postgres/history.ts';
export { checkIndex, type IndexDifference } from './postgres/index-check.ts';
export { type AddressCount, countAddresses } from './postgres/patient-addresses.ts';
export { type ReadOutcome, type ResourceName, read, readVersion } from './postgres/read.ts';
export {
  type SearchContext,
  type SearchPage,
  search,
  systemsIn as systemsOfCriteria,
} from './postgres/search.ts';
export { type UsedLabel, usedLabels } from './postgres/used-labels.ts';
export { type WrongEvents, wrongEvents } from './postgres/verify-events.ts';
export { writtenContents } from './postgres/written-contents.ts';
export {
  FhirRepository,
  type RepositoryOptions,
  type WriteAudit,
  type WriteContext,
} from './repository.ts';
export { CursorSeal, type Position } from './search/cursor.ts';
export { hiddenParameters, refuseHidden } from './search/refuse-hidden.ts';
export { type DearPart, type SearchCost, searchCost } from './search/search-cost.ts';
export { redacted, type StoredVersion, tiesSql } from './stored-row.ts';
export { lockStreams } from './stream-lock.ts';
export { ANY_TIE, type DecidedAt } from './write-authority.ts';
export {
  type Content,
  conditionOf,
  type Identified,
  type SearchedReference,
  type WriteIntent,
  type WriteOutcome,
} from './write-intent.ts';
export { type Change, holdsOthers, type ReferencePolicy } from './write-plan.ts';
