import { createHash } from 'node:crypto';
import { err, ok, type Result } from '@holdfast/kernel';
import { GAD7 } from './gad7-table.ts';
import { readNews2Input, scoreNews2 } from './news2.ts';
import { NEWS2, PLAUSIBLE } from './news2-table.ts';
import { PHQ9 } from './phq9-table.ts';
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

function questionnaireScorer(table: QuestionnaireTable): Scorer {
  return {
    model: { id: table.id, version: table.version },
    artifactSha256: artifactOf(table),
    score(given) {
      const input = readQuestionnaireInput(table, given);
      return input.ok ? ok(scoreQuestionnaire(table, input.value)) : err(input.error);
    },
  };
}

const news2Scorer: Scorer = {
  model: { id: NEWS2.id, version: NEWS2.version },
  artifactSha256: artifactOf([NEWS2, PLAUSIBLE]),
  score(given) {
    const input = readNews2Input(given);
    return input.ok ? ok(scoreNews2(input.value)) : err(input.error);
  },
};

export function registryOf(scorers: readonly Scorer[]): ScorerRegistry {
  return new Map(scorers.map((scorer) => [modelKey(scorer.model), scorer]));
}

/** The deterministic scores that ship. */
export const scorerRegistry: ScorerRegistry = registryOf([
  questionnaireScorer(PHQ9),
  questionnaireScorer(GAD7),
  news2Scorer,
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
