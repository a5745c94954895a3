export {
  type Attempt,
  AttemptCounts,
  type AttemptWindow,
} from './cause/attempt-counts.ts';
export { type Change, ChangeLog, rankSuspects, type Suspect } from './cause/change-log.ts';
export type { RiskRatio } from './cause/evidence.ts';
export {
  evidenceInWords,
  type Finding,
  type FoundCause,
  findingOf,
  whereInWords,
} from './cause/finding.ts';
export { CAUSE_LIMITS } from './cause/limits.ts';
export { type Localisation, localise, type Suspicion, type Where } from './cause/localise.ts';
export type {
  ObservationRefusal,
  Observations,
  ObservedRow,
  Tally,
} from './cause/observation.ts';
export { CAUSES, type Cause, type CauseCode, isCauseCode, type Severity } from './causes.ts';
export {
  type DependencyState,
  DependencyWatch,
  type DependencyWatchOptions,
  type FailedRequest,
  type SignalSink,
} from './dependency-watch.ts';
export {
  CONSEQUENCES,
  type Consequence,
  LIKELIHOODS,
  type Likelihood,
  type PotentialHarm,
  type SafetyRating,
  safetyRating,
} from './exposure/clinical-safety.ts';
export type { Missing } from './exposure/condition.ts';
export { type DutyVerdict, exposureOf, type Verdict } from './exposure/exposure-of.ts';
export {
  ANCHORS,
  type Anchor,
  type FactName,
  type Jurisdiction,
  QUESTIONS,
} from './exposure/facts.ts';
export { REGULATIONS } from './exposure/regulations/in-force.ts';
export { type Residence, residenceOf } from './exposure/residence.ts';
export { SignalSpool } from './files/signal-spool.ts';
export { IncidentKeeper, type IncidentKeeperOptions } from './incident-keeper.ts';
export type { EntryRefusal } from './incidents/accept-entry.ts';
export { causeFirst } from './incidents/cause-chain.ts';
export type * from './incidents/incident.ts';
export {
  type AffectedCounts,
  exposureFactsOf,
  type OrganisationProfile,
} from './incidents/incident-facts.ts';
export { ORGANISATION_ROLES, readOrganisation } from './incidents/organisation.ts';
export { incidentAt } from './incidents/timeline.ts';
export { VISIBILITY_LIMITS } from './limits.ts';
export { visibilityMigrations } from './migrations.ts';
export { postgresSignalTable } from './postgres/postgres-signal-table.ts';
export {
  type LatencyQuantiles,
  type MeterReading,
  RequestMeter,
  type RequestOutcome,
} from './request-meter.ts';
export type * from './signal.ts';
export { type BookLimits, SignalBook, type Stamp } from './signal-book.ts';
export {
  type RecorderStatus,
  SignalRecorder,
  type SignalRecorderOptions,
} from './signal-recorder.ts';
export type { SignalTable } from './signal-table.ts';
