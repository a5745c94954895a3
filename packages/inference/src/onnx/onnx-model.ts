import { err, ok, type Result } from '@holdfast/kernel';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { goldenFault, type ModelArtifact, vectorOf } from '../models/loaded-model.ts';

/** What is used of `onnxruntime-node`, which may be absent. */
interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: number[]) => Tensor;
}

/** A model in ONNX Runtime, its golden set answered. */
export interface OnnxModel {
  /** Blocks the thread while it runs: only ever called in a child process. */
  run(vectors: readonly Float32Array[]): Promise<Result<Float32Array, string>>;
  release(): Promise<void>;
}

/**
 * The native library, where it is installed and loads. Error: why not; then the twin answers. It is
 * an optional dependency, since it exists for some platforms only.
 */
export async function loadOnnxRuntime(): Promise<Result<OnnxRuntime, string>> {
  try {
    // A name that is no literal is not resolved before it is asked for.
    const name = 'onnxruntime-node';
    const loaded = (await import(name)) as OnnxRuntime & { readonly default?: OnnxRuntime };
    return ok(loaded.default ?? loaded);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return err(`onnxruntime-node does not load (${code})`);
  }
}

/**
 * One thread, since processes are what runs beside each other here; no arena, which would keep the
 * memory of the largest run.
 */
const OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  enableCpuMemArena: false,
  enableMemPattern: false,
  logSeverityLevel: 3,
};

const INPUT = 'features';
const OUTPUT = 'probability';

/** Error: the bytes are no model, or it does not answer its golden set as its twin does. */
export async function loadOnnxModel(
  runtime: OnnxRuntime,
  artifact: Pick<ModelArtifact, 'onnx' | 'golden' | 'weights'>,
): Promise<Result<OnnxModel, string>> {
  const width = artifact.weights.features.length;
  let session: InferenceSession;
  try {
    session = await runtime.InferenceSession.create(artifact.onnx, OPTIONS);
  } catch {
    return err('ONNX Runtime does not accept the model');
  }
  const model: OnnxModel = {
    async run(vectors) {
      const data = new Float32Array(vectors.length * width);
      for (const [row, vector] of vectors.entries()) {
        if (vector.length !== width) return err(`the model takes ${width} values`);
        data.set(vector, row * width);
      }
      const input = new runtime.Tensor('float32', data, [vectors.length, width]);
      try {
        const output = (await session.run({ [INPUT]: input }))[OUTPUT]?.data;
        if (!(output instanceof Float32Array) || output.length !== vectors.length) {
          return err('the output has another shape than one number a row');
        }
        return ok(output);
      } catch {
        return err('ONNX Runtime failed in the run');
      }
    },
    release: () => session.release(),
  };
  const answers = await model.run(artifact.golden.map(vectorOf));
  if (!answers.ok) return answers;
  const numbered = artifact.golden.map((each, i) => ({ ...each, vector: [i] }));
  const fault = goldenFault(numbered, ([i]) => answers.value[i ?? -1] ?? Number.NaN);
  return fault === null ? ok(model) : err(`in ONNX Runtime it ${fault}`);
}
