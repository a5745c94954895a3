export { BlockIndex, type Pair } from './blocking/block-index.ts';
export { candidatePairs } from './blocking/candidate-pairs.ts';
export { BLOCKING_KEYS, type BlockingKey } from './blocking/keys.ts';
export { type StoredKey, storedKeys } from './blocking/stored-keys.ts';
export { RecordColumnsBuilder } from './columns/record-columns.ts';
export { type Comparison, compare, FIELDS, type Field } from './compare/comparison.ts';
export type { Level, PresentLevel } from './compare/level.ts';
export {
  type CertainLinks,
  type CertainPair,
  type Clusters,
  clusterRecords,
  joinRecords,
  type Links,
} from './decide/cluster.ts';
export { type Evidence, evidenceOf } from './decide/evidence.ts';
export { type Grade, gradeOf, type Judgement } from './decide/grade.ts';
export { type JudgedCandidate, judgeCandidates, linkState } from './decide/judge-candidates.ts';
export { type StewardFact, type StewardFacts, stewardFacts } from './decide/steward-facts.ts';
export { type Judged, type Judging, judgePairs } from './evaluate/judge-pairs.ts';
export {
  type Matched,
  type MatchReport,
  matchReport,
  type Quality,
  type ThresholdQuality,
  type TruthReport,
} from './evaluate/match-report.ts';
export { reportPage } from './evaluate/report-page.ts';
export { scorePicture } from './evaluate/score-picture.ts';
export { type ScoreStep, ScoreTally, type Truth } from './evaluate/score-tally.ts';
export { type KnownPersons, truePairs } from './evaluate/truth.ts';
export { isDeprecated, patientRecord } from './fhir/patient-record.ts';
export { identityLimits } from './limits.ts';
export { identityMigrations } from './migrations.ts';
export {
  type FieldParameters,
  type MatchParameters,
  type ParametersFault,
  type Rates,
  readParameters,
} from './model/parameters.ts';
export { type Score, type Scorer, scorerOf } from './model/scorer.ts';
export { starterParameters } from './model/starter-parameters.ts';
export { train } from './model/training.ts';
export { type NormalRecord, normalise } from './normalise/normal-record.ts';
export { findCandidates, keepKeys } from './postgres/key-index.ts';
export {
  factsOf,
  type KeptLink,
  keepLinks,
  linkedPatients,
  type PatientName,
} from './postgres/link-store.ts';
export {
  keepFact,
  linkStateOf,
  type OpenReview,
  openReviews,
  type PatientPair,
  type ReviewPlace,
  type Verdict,
} from './postgres/review-store.ts';
export type { PersonRecord, RecordId } from './record.ts';
export type { RecordList } from './record-list.ts';
export {
  COLUMN_KINDS,
  type ColumnFault,
  type ColumnKind,
  type PersonColumns,
  personColumns,
  personOf,
} from './table/person-columns.ts';
