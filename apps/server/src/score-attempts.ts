import type { InferenceRecord } from '@holdfast/inference';
import type { Clock } from '@holdfast/kernel';
import type { AttemptCounts } from '@holdfast/visibility';
import { blankAttempt } from './attempt-of.ts';

/** Outcomes in which the back end was asked and had its chance. */
const TRIED: ReadonlySet<InferenceRecord['outcome']> = new Set(['answered', 'failed']);

/** Lower rungs that stand in before anything has failed: a model on its way, a platform without its library. */
const NO_FAILURE: ReadonlySet<string | null> = new Set([
  'backend-model-cold',
  'native-runtime-unavailable',
]);

/** Counts scores: one that a lower rung answered is a failure of the back end. */
export function scoreAttempts(
  attempts: AttemptCounts,
  clock: Clock,
): (record: InferenceRecord) => void {
  const attempt = blankAttempt();
  attempt.component = 'inference';
  attempt.operation = 'score';
  attempt.dependency = 'inference-backend';
  return ({ pipeline, tier, outcome, degraded, reason }) => {
    if (!TRIED.has(outcome)) return;
    attempt.subject = pipeline.id;
    attempt.tier = String(tier);
    const failed = outcome === 'failed' || (degraded && !NO_FAILURE.has(reason));
    attempts.count(attempt, failed, clock.monotonicMs());
  };
}
