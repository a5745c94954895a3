import type { Score, Scorer } from '../model/scorer.ts';
import type { NormalRecord } from '../normalise/normal-record.ts';
import { gradeOf, type Judgement } from './grade.ts';
import type { StewardFact } from './steward-facts.ts';

export interface JudgedCandidate {
  readonly record: NormalRecord;
  readonly score: Score;
  readonly judgement: Judgement;
}

/** Scores and grades each candidate against a record, the likeliest first. */
export function judgeCandidates(
  record: NormalRecord,
  candidates: readonly NormalRecord[],
  scorer: Scorer,
): readonly JudgedCandidate[] {
  return candidates
    .map((candidate) => {
      const score = scorer(record, candidate);
      return { record: candidate, score, judgement: gradeOf(score) };
    })
    .toSorted(
      (one, other) =>
        other.score.bits - one.score.bits || (one.record.id < other.record.id ? -1 : 1),
    );
}

/**
 * What is kept of two records: linked, a question for a steward, or nothing. What a steward said wins;
 * who was unsure is not asked the same again.
 */
export function linkState(
  { score, judgement }: Pick<JudgedCandidate, 'score' | 'judgement'>,
  verdict: StewardFact['verdict'] | 'unsure' | undefined,
): 'linked' | 'review' | undefined {
  if (verdict === 'same') return 'linked';
  if (verdict !== undefined) return undefined;
  if (judgement.grade === 'certain') return 'linked';
  if (judgement.grade === 'certainly-not') return undefined;
  return score.probability >= LIKELIER_THAN_NOT ? 'review' : undefined;
}

const LIKELIER_THAN_NOT = 0.5;
