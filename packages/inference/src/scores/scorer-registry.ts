import { createHash } from 'node:crypto';
import { err, ok, type Result } from '@holdfast/kernel';
import { readAuditCInput, scoreAuditC } from './audit-c.ts';
import { AUDIT_C, AUDIT_C_CUTS } from './audit-c-table.ts';
import { readCSsrsInput, scoreCSsrs } from './c-ssrs.ts';
import { C_SSRS, C_SSRS_LEVELS, C_SSRS_STATED } from './c-ssrs-table.ts';
import { readCriticalValuesInput, scoreCriticalValues } from './critical-values.ts';
import { CRITICAL_VALUES } from './critical-values-table.ts';
import { GAD7 } from './gad7-table.ts';
import { readNews2Input, scoreNews2 } from './news2.ts';
import { NEWS2, PLAUSIBLE } from './news2-table.ts';
import { PHQ9 } from './phq9-table.ts';
import { QSOFA, readQsofaInput, scoreQsofa } from './qsofa.ts';
import {
  type QuestionnaireTable,
  readQuestionnaireInput,
  scoreQuestionnaire,
} from './questionnaire-score.ts';
import type { ScoreOutput } from './score-output.ts';

export interface ModelReference {
  readonly id: string;
  readonly version: string;
}

/** What runs inside a back end, and in process when none answers. Deterministic, no I/O. */
export interface Scorer {
  readonly model: ModelReference;
  /** SHA-256 (hex) of the table or weights: names what computed a recorded answer. */
  readonly artifactSha256: string;
  /** Error: what is wrong with the input. */
  score(input: unknown): Result<ScoreOutput, string>;
}

export type ScorerRegistry = ReadonlyMap<string, Scorer>;

export function modelKey(model: ModelReference): string {
  return `${model.id}@${model.version}`;
}

function artifactOf(tables: unknown): string {
  return createHash('sha256').update(JSON.stringify(tables)).digest('hex');
}

interface Scoring<Input> {
  readonly model: ModelReference;
  /** What the score depends on; its hash names the artifact. */
  readonly tables: unknown;
  readonly read: (given: unknown) => Result<Input, string>;
  readonly score: (input: Input) => ScoreOutput;
}

function scorerOf<Input>({ model, tables, read, score }: Scoring<Input>): Scorer {
  return {
    model: { id: model.id, version: model.version },
    artifactSha256: artifactOf(tables),
    score(given) {
      const input = read(given);
      return input.ok ? ok(score(input.value)) : err(input.error);
    },
  };
}

const questionnaireScorer = (table: QuestionnaireTable): Scorer =>
  scorerOf({
    model: table,
    tables: table,
    read: (given) => readQuestionnaireInput(table, given),
    score: (input) => scoreQuestionnaire(table, input),
  });

export function registryOf(scorers: readonly Scorer[]): ScorerRegistry {
  return new Map(scorers.map((scorer) => [modelKey(scorer.model), scorer]));
}

/** The deterministic scores that ship. */
export const scorerRegistry: ScorerRegistry = registryOf([
  questionnaireScorer(PHQ9),
  questionnaireScorer(GAD7),
  scorerOf({
    model: NEWS2,
    tables: [NEWS2, PLAUSIBLE],
    read: readNews2Input,
    score: scoreNews2,
  }),
  scorerOf({
    model: AUDIT_C,
    tables: [AUDIT_C, AUDIT_C_CUTS],
    read: readAuditCInput,
    score: scoreAuditC,
  }),
  scorerOf({
    model: C_SSRS,
    tables: [C_SSRS, C_SSRS_STATED, C_SSRS_LEVELS],
    read: readCSsrsInput,
    score: scoreCSsrs,
  }),
  scorerOf({ model: QSOFA, tables: QSOFA, read: readQsofaInput, score: scoreQsofa }),
  scorerOf({
    model: CRITICAL_VALUES,
    tables: CRITICAL_VALUES.rows.map((row) => ({ ...row, units: Object.keys(row.units) })),
    read: readCriticalValuesInput,
    score: scoreCriticalValues,
  }),
]);

export type ScoringFailure =
  | { readonly kind: 'model-unknown' }
  /** The text names what is wrong and holds no patient data. */
  | { readonly kind: 'scorer-failed'; readonly text: string };

/** Scores without ever throwing: a model's bug is an answer about the model. */
export function scoreWith(
  registry: ScorerRegistry,
  model: ModelReference,
  input: unknown,
): Result<ScoreOutput, ScoringFailure> {
  const scorer = registry.get(modelKey(model));
  if (scorer === undefined) return err({ kind: 'model-unknown' });
  try {
    const output = scorer.score(input);
    return output.ok ? output : err({ kind: 'scorer-failed', text: output.error });
  } catch (error) {
    // Only the kind of error: its message may quote the input.
    const text = error instanceof Error ? error.name : 'unknown error';
    return err({ kind: 'scorer-failed', text });
  }
}
