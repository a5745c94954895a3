import { err, ok, type Result } from '@holdfast/kernel';
import { type BackendFailure } from '../backend/inference-backend.ts';
import type { ScoreOutput } from '../scores/score-output.ts';
import { type ModelReference, modelKey } from '../scores/scorer-registry.ts';

/** An answer that is no number, or is another model's, is a failure and never shown. */
export function checkOutput(
  model: ModelReference,
  output: ScoreOutput,
): Result<ScoreOutput, BackendFailure> {
  const total = output.total === null || Number.isFinite(output.total);
  const signals = output.signals.every((signal) => Number.isFinite(signal.value));
  if (output.score !== modelKey(model)) {
    return err({ kind: 'scorer-failed', text: 'the output names another model' });
  }
  if (!total || !signals || !Number.isFinite(output.lowerBound)) {
    return err({ kind: 'scorer-failed', text: 'the output holds what is no number' });
  }
  const { probability } = output;
  if (probability !== undefined && !(probability >= 0 && probability <= 1)) {
    return err({ kind: 'scorer-failed', text: 'the output holds what is no probability' });
  }
  return ok(output);
}
