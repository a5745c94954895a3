export { ChildPool, type ChildPoolOptions, type ChildPoolStatus } from './backend/child-pool.ts';
export { HedgedBackend } from './backend/hedged-backend.ts';
export { HttpBackend, type HttpBackendOptions } from './backend/http/http-backend.ts';
export {
  type OpenInferenceOptions,
  openInferenceProtocol,
} from './backend/http/open-inference-protocol.ts';
export {
  type ChatModel,
  embeddings,
  type OpenAiOptions,
  openAiProtocol,
} from './backend/http/openai-protocol.ts';
export type {
  BackendFailure,
  BackendIncident,
  InferenceBackend,
  InferenceRequest,
  InferOptions,
} from './backend/inference-backend.ts';
export { SplitBackend } from './backend/split-backend.ts';
export { CARDS_MAX, type Card, cardsOf, type StoredResult } from './cds-hooks/cards.ts';
export { defaultTierPolicy } from './clinical/default-tier-policy.ts';
export type { Tier, UrgencySignal } from './clinical/tier.ts';
export { assignTier, type TierDecision, type TierPolicy } from './clinical/tier-policy.ts';
export type { FhirResource, InputReference } from './fhir-reading.ts';
export { layOut, modelFiles, readVersionArtifact } from './files/kept-models.ts';
export { readModelFolder } from './files/model-folder.ts';
export { loadModelKey, loadOrCreateModelKey } from './files/model-signing-key.ts';
export { type AvailableModel, type ModelShelf, readModels } from './files/shipped-models.ts';
export type { GateFinding, GateReport, Verdict } from './gates/gate.ts';
export { VersionWatch } from './gates/version-watch.ts';
export {
  type ChildPoolLimits,
  childPoolLimits,
  type OrchestratorLimits,
  orchestratorLimits,
  type SchedulerLimits,
  schedulerLimits,
} from './limits.ts';
export { inferenceMigrations } from './migrations.ts';
export { checkArtifact, type ModelArtifact, twinScorer } from './models/loaded-model.ts';
export { signModel } from './models/model-signature.ts';
export { CANARY_STAGES, type ModelRoute, type RoutedModel, routed } from './models/routing.ts';
export { type EvaluationRow, evaluateModel, readEvaluationRow } from './onnx/evaluate-model.ts';
export type { FailureCause, FailureReport } from './orchestrator/failure-report.ts';
export type { ConsentCheck, InferenceJob } from './orchestrator/inference-job.ts';
export {
  InferenceOrchestrator,
  type OrchestratorOptions,
} from './orchestrator/inference-orchestrator.ts';
export type {
  ConsentEvidence,
  InferenceOutcome,
  InferenceRecord,
  Rung,
} from './orchestrator/inference-record.ts';
export type { OrchestratorSnapshot, TierSnapshot } from './orchestrator/tier-gauges.ts';
export { withdrawn } from './orchestrator/withdraw.ts';
export { buildResults, RESULT_SYSTEM, type ResultIds } from './pipelines/build-results.ts';
export { deteriorationPipeline } from './pipelines/deterioration-pipeline.ts';
export { type News2Options, news2Pipeline } from './pipelines/news2-pipeline.ts';
export { phq9Pipeline } from './pipelines/phq9-pipeline.ts';
export {
  definePipeline,
  isTriggeredBy,
  type LookUp,
  type Pipeline,
  type Prediction,
} from './pipelines/pipeline.ts';
export {
  type InputRefusal,
  type InputRequest,
  idempotencyKey,
  type PipelinePorts,
  type PipelineRun,
  type PipelineTrigger,
  type ReleasedInputs,
  runPipeline,
} from './pipelines/run-pipeline.ts';
export { shippedPipelines } from './pipelines/shipped-pipelines.ts';
export { type TriggerUrgency, type UrgencyRules, urgencyOf } from './pipelines/urgency-of.ts';
export {
  type CardFeedback,
  type CardOutcomes,
  cardOutcomes,
  recordCardFeedback,
} from './postgres/card-feedback.ts';
export {
  addVersion,
  type KeptVersion,
  listVersions,
  promote,
  type RouteRefusal,
  readRoutes,
  readVersion,
  recordEvaluation,
  rollBack,
} from './postgres/model-registry.ts';
export { recordInference } from './postgres/record-inference.ts';
export { patientOfInference, recordsBehind } from './postgres/stored-results.ts';
export { type VersionFigures, versionFigures } from './postgres/version-figures.ts';
export type { ScoreOutput, ScorePart } from './scores/score-output.ts';
export {
  type ModelReference,
  registryOf,
  type Scorer,
  type ScorerRegistry,
  scorerRegistry,
  scoreWith,
} from './scores/scorer-registry.ts';
