export { AccountingAnswer, ReportDisclosureRequest } from './accounting.ts';
export { AskGlassRequest, GlassAccess, GlassList, ReviewGlassRequest } from './break-glass.ts';
export {
  CardOutcomeList,
  CDS_FEEDBACK_MAX,
  CdsCards,
  CdsFeedback,
  CdsRequest,
  CdsServices,
} from './cds-hooks.ts';
export {
  Change,
  type ChangeMessage,
  ChangeStreamGap,
  ChangeStreamState,
  readChanges,
} from './change-stream.ts';
export { type Client, type ClientOptions, createClient, urlOf } from './client.ts';
export {
  AccessQuestion,
  AskedActor,
  DecideAnswer,
  DecideRequest,
  ExplainRequest,
  Explanation,
  Reason,
  ReasonResult,
  Verdict,
} from './consent-explanation.ts';
export {
  AccessPolicy,
  AccessRule,
  ActivatePolicyRequest,
  PolicyFinding,
  PolicyInForce,
  PolicyList,
  StoredPolicyAnswer,
} from './consent-policies.ts';
export { AccessChange, PolicyDiffRequest, WhatIfAnswer, WhatIfRequest } from './consent-what-if.ts';
export { CONSOLE_HEADERS } from './console-headers.ts';
export { ENDPOINTS, type Endpoint, type OperationId } from './endpoints.ts';
export { API_CATALOGUE } from './errors.ts';
export { ConsumerGroup, ConsumerState, EventFigures, RecentEvent } from './event-flow.ts';
export { EvidencePackAnswer, PackKind } from './evidence-pack.ts';
export {
  EraseRequest,
  ErasureAnswer,
  ErasureList,
  Hold,
  HoldList,
  PlaceHoldRequest,
  ReleaseHoldRequest,
  Retention,
  RetentionList,
  SetRetentionRequest,
} from './governance.ts';
export { Liveness, Readiness } from './health.ts';
export {
  IdentityEvidence,
  IdentityReview,
  IdentityReviewList,
  IdentityVerdict,
  IdentityVerdictRequest,
} from './identity-reviews.ts';
export {
  ExposureDuty,
  ExposureQuestion,
  Incident,
  IncidentDetail,
  IncidentEntryRequest,
  IncidentList,
  IncidentPatients,
  IncidentStatus,
  IncidentSuspect,
  LocatedCause,
  TimelineEntry,
} from './incidents.ts';
export {
  BackendState,
  ClinicalTier,
  InferenceFigures,
  InferenceLane,
  InferenceModel,
  RungMix,
} from './inference-lanes.ts';
export { LabellingStatus, LabelSets, LabelSetsAnswer } from './label-sets.ts';
export { LedgerHead } from './ledger-head.ts';
export * from './limits.ts';
export { LIVE_EVENTS, type LiveMessage, SignalChange } from './live.ts';
export { type LiveSign, readLive, type StreamSign } from './live-reader.ts';
export { type Json, type JsonObject, type OpenApiDocument, openApiDocument } from './openapi.ts';
export {
  FAULT_SYSTEM,
  faultOf,
  MEND_EXTENSION,
  OperationOutcome,
  outcomeOf,
} from './operation-outcome.ts';
export { DatabaseHealth, Overview } from './overview.ts';
export { FhirId, Instant, PurposeCode, Reference, Slug } from './primitives.ts';
export { readBody } from './request-body.ts';
export {
  RequestFigures,
  type RequestOutcome,
  RequestOutcomeCounts,
  requestOutcomeOf,
} from './requests.ts';
export { Persona, PersonaList, TokenAnswer, TokenRequest } from './sign-in.ts';
export {
  Severity,
  Signal,
  SignalDetail,
  SignalList,
  SignalOutcome,
  SignalState,
} from './signals.ts';
