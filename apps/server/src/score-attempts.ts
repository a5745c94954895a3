import type { InferenceRecord } from '@holdfast/inference';
import type { Clock } from '@holdfast/kernel';
import type { AttemptCounts } from '@holdfast/visibility';
import { blankAttempt } from './attempt-of.ts';

/** Outcomes in which the back end was asked and had its chance. */
const TRIED: ReadonlySet<InferenceRecord['outcome']> = new Set(['answered', 'failed']);

/** Counts scores: one that a lower rung answered is a failure of the back end. */
export function scoreAttempts(
  attempts: AttemptCounts,
  clock: Clock,
): (record: InferenceRecord) => void {
  const attempt = blankAttempt();
  attempt.component = 'inference';
  attempt.operation = 'score';
  attempt.dependency = 'inference-backend';
  return ({ pipeline, tier, outcome, degraded }) => {
    if (!TRIED.has(outcome)) return;
    attempt.subject = pipeline.id;
    attempt.tier = String(tier);
    attempts.count(attempt, degraded || outcome === 'failed', clock.monotonicMs());
  };
}
