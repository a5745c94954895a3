export { candidatePairs, type Pair } from './blocking/candidate-pairs.ts';
export { BLOCKING_KEYS, type BlockingKey } from './blocking/keys.ts';
export { type Comparison, compare, FIELDS, type Field } from './compare/comparison.ts';
export type { Level, PresentLevel } from './compare/level.ts';
export { type Clusters, clusterRecords, type Links } from './decide/cluster.ts';
export { type Grade, gradeOf, type Judgement } from './decide/grade.ts';
export { type StewardFact, type StewardFacts, stewardFacts } from './decide/steward-facts.ts';
export { identityLimits } from './limits.ts';
export {
  type FieldParameters,
  type MatchParameters,
  type ParametersFault,
  type Rates,
  readParameters,
} from './model/parameters.ts';
export { type Score, type Scorer, scorerOf } from './model/scorer.ts';
export { train } from './model/training.ts';
export { type NormalRecord, normalise } from './normalise/normal-record.ts';
export type { PersonRecord, RecordId } from './record.ts';
