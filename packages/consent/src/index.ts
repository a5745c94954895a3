export { ACTIONS, type Action, type Actor, isRole, ROLES, type Role } from './actor.ts';
export { type ConsentClass, canonicalise, type Interned } from './compile/canonical-class.ts';
export { compileClass, type ReleaseConditions } from './compile/compile-class.ts';
export { type Context, contextOf } from './compile/context.ts';
export type { Condition } from './condition/condition.ts';
export { type Facts, holds } from './condition/holds.ts';
export { type SqlNames, toSql } from './condition/to-sql.ts';
export { CONSENT_FAULTS, consentFault } from './errors.ts';
export {
  type ExplainedRow,
  type ExplainRequest,
  type Explanation,
  explain,
  type NearestMiss,
} from './explain/explain.ts';
export { type Audience, summaryOf } from './explain/summary.ts';
export { actorView } from './gate/actor-view.ts';
export {
  type ActorView,
  type ClassLookup,
  ReleaseTable,
  type Verdict,
} from './gate/release-table.ts';
export { CONFIDENTIALITY, type ConfidentialityCode, UNLABELLED } from './labels/confidentiality.ts';
export type { LabelRule, LabelSetFinding, LabelSets } from './labels/label-sets.ts';
export { Labeller } from './labels/labeller.ts';
export { labelsOf, type SecurityLabels } from './labels/labels-of.ts';
export { readLabelSets } from './labels/read-label-sets.ts';
export {
  SENSITIVITY_VERSION,
  sensitivityBit,
  sensitivityClosure,
  sensitivityCode,
  sensitivityCodes,
  UNKNOWN_SENSITIVITY,
} from './labels/sensitivity-dictionary.ts';
export { GUARDS, type Guard } from './law/guards.ts';
export { FEDERAL_LAW, type LawRule } from './law/law-table.ts';
export {
  ConsentEngine,
  type EngineQuestion,
  type PatientConsents,
} from './memory/consent-engine.ts';
export { MemoryConsents, type MemoryQuestion } from './memory/memory-consents.ts';
export { consentMigrations } from './migrations.ts';
export type { ConsentModel, Finding, Provision } from './model/consent-model.ts';
export { parseConsent } from './model/parse-consent.ts';
export { UNENFORCEABLE_CONSTRUCTS } from './model/unenforceable.ts';
export { type Obligation, obligationOf } from './obligations/obligations.ts';
export type { OrgPolicy, OrgRule, PatientLayer } from './org/access-policy.ts';
export { lintPolicy } from './org/lint-policy.ts';
export { type PolicyDocument, type PolicyFinding, rulebookOf } from './org/policy-document.ts';
export { readPolicy } from './org/read-policy.ts';
export { STARTER_POLICY } from './org/starter-policy.ts';
export { type TypeGroup, type TypeName, typesOf } from './org/type-groups.ts';
export type { AskedRow } from './postgres/asked-rows.ts';
export {
  BreakGlass,
  type GlassAccess,
  type GlassRequest,
  type GlassReview,
  type GlassVerdict,
} from './postgres/break-glass.ts';
export { type Asked, ConsentDecider, type Decisions } from './postgres/consent-decider.ts';
export { ConsentGates, type ConsentGatesOptions } from './postgres/consent-gates.ts';
export { ConsentProjection } from './postgres/consent-projection.ts';
export {
  explainStored,
  type StoredExplanation,
  type StoredQuestion,
} from './postgres/explain-stored.ts';
export {
  findLabelSets,
  type LabellingStatus,
  LabelSetStore,
  type RelabellingProgress,
} from './postgres/label-set-store.ts';
export { MembershipProjection } from './postgres/membership-projection.ts';
export {
  type PolicyInForce,
  PolicyStore,
  type PolicyStored,
  type StoredPolicy,
} from './postgres/policy-store.ts';
export { type ProjectedAgain, projectAgain } from './postgres/project-again.ts';
export { relabel } from './postgres/relabel.ts';
export { RelationshipProjection } from './postgres/relationship-projection.ts';
export { type WrongConsentState, wrongConsentStates } from './postgres/verify-consent-states.ts';
export {
  type OpenedGlass,
  openedGlasses,
  type WrongRelationship,
  wrongRelationships,
} from './postgres/verify-relationships.ts';
export { purposeWithin } from './purposes/purpose-of-use.ts';
export { type AccessRequest, type AccessSubject, interpret } from './reference/interpreter.ts';
export type { Outcome, Reason } from './reference/reason.ts';
export {
  RELATIONSHIPS,
  type Relationship,
  type TieKind,
  tieKey,
} from './relations/relationship.ts';
export {
  type DefaultPolicy,
  type PolicyDomain,
  type Rulebook,
  STARTER_RULEBOOK,
} from './rulebook.ts';
export { parseScopes, type ScopeFilter, type SmartScope } from './scopes/smart-scopes.ts';
export type { AccessChange, Standing } from './what-if/access-changes.ts';
export {
  type PopulationChange,
  type WhatIf,
  whatIfConsent,
  whatIfStored,
} from './what-if/what-if-stored.ts';
