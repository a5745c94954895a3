import { ok, type Result } from '@holdfast/kernel';
import { readModelFolder } from '../files/model-folder.ts';
import { checkArtifact, outputOf, referenceOf, twinScorer } from '../models/loaded-model.ts';
import type { LocalRuntime, ScoreOutput } from '../scores/score-output.ts';
import type { ModelReference } from '../scores/scorer-registry.ts';
import { loadOnnxModel, loadOnnxRuntime } from './onnx-model.ts';

/** A model that a process holds ready. */
export interface ResidentModel {
  readonly model: ModelReference;
  readonly runtime: LocalRuntime;
  /** Why it is the twin that runs; null where it is ONNX Runtime. */
  readonly why: string | null;
  /** Error: what is wrong with the input, or with the run. */
  score(input: unknown): Promise<Result<ScoreOutput, string>>;
  /** Gives its memory back; it is asked no more. */
  release(): Promise<void>;
}

/**
 * Checks a model's folder and holds it in ONNX Runtime; in TypeScript where the native library is
 * missing or answers the golden set in another way. Error: it can't be run in any form.
 */
export async function loadResidentModel(folder: string): Promise<Result<ResidentModel, string>> {
  const artifact = readModelFolder(folder);
  if (!artifact.ok) return artifact;
  const checked = checkArtifact(artifact.value);
  if (!checked.ok) return checked;
  const [capability, model] = [checked.value, referenceOf(artifact.value.manifest)];
  const runtime = await loadOnnxRuntime();
  const onnx = runtime.ok ? await loadOnnxModel(runtime.value, artifact.value) : runtime;
  if (!onnx.ok) {
    const twin = twinScorer(artifact.value, capability);
    const score = async (input: unknown) => twin.score(input);
    const release = async () => undefined;
    return ok({ model, runtime: 'typescript', why: onnx.error, score, release });
  }
  return ok({
    model,
    runtime: 'onnxruntime',
    why: null,
    release: () => onnx.value.release(),
    async score(input) {
      const vector = capability.vector(input);
      if (!vector.ok) return vector;
      const answer = await onnx.value.run([vector.value]);
      if (!answer.ok) return answer;
      const probability = answer.value[0] ?? null;
      const given = { capability, input, probability, runtime: 'onnxruntime' } as const;
      return ok(outputOf(artifact.value, given));
    },
  });
}
