import { err, ok, type Result } from '@holdfast/kernel';
import type { ScoreOutput } from '../scores/score-output.ts';
import { type ModelReference, modelKey, type Scorer } from '../scores/scorer-registry.ts';
import { capabilityOf } from './capabilities.ts';
import type { Capability } from './capability.ts';
import type { ModelManifest } from './model-manifest.ts';
import { faultOfWeights, probabilityOf, type Weights } from './weights.ts';

/** Inputs with the answers that every form of the model has to give, to 1e-5. */
export interface GoldenCase {
  /** Null is a missing value. */
  readonly vector: readonly (number | null)[];
  readonly probability: number;
}

/** A model version as its folder holds it, every hash checked. */
export interface ModelArtifact {
  readonly manifest: ModelManifest;
  /** Of the manifest, which names the hashes of all else. */
  readonly sha256: string;
  readonly weights: Weights;
  readonly golden: readonly GoldenCase[];
  readonly onnx: Uint8Array;
  readonly card: unknown;
}

/** Largest difference between two forms of one model. */
export const TWIN_TOLERANCE = 1e-5;

/** How often a model has to be sure in [0, 1]: its own answer for a vector. */
export type Predict = (vector: Float32Array) => number;

export const vectorOf = ({ vector }: GoldenCase): Float32Array =>
  Float32Array.from(vector, (value) => value ?? Number.NaN);

/** Null where all golden cases hold, else the worst difference. */
export function goldenFault(golden: readonly GoldenCase[], predict: Predict): string | null {
  if (golden.length === 0) return 'the golden set is empty';
  const worst = Math.max(
    ...golden.map((each) => {
      const difference = Math.abs(predict(vectorOf(each)) - each.probability);
      return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    }),
  );
  return worst <= TWIN_TOLERANCE ? null : `differs from the golden set by ${worst.toPrecision(2)}`;
}

/** Error: why this build can't run the model. */
export function checkArtifact(artifact: ModelArtifact): Result<Capability, string> {
  const { manifest, weights, golden } = artifact;
  const capability = capabilityOf(manifest);
  if (capability === undefined) {
    return err(`no code here reads ${manifest.featureSet} for ${manifest.capability}`);
  }
  if (weights.features.join() !== capability.features.join()) {
    return err(`its features are not those of ${manifest.featureSet}`);
  }
  const fault =
    faultOfWeights(weights) ?? goldenFault(golden, (vector) => probabilityOf(weights, vector));
  return fault === null ? ok(capability) : err(fault);
}

export const referenceOf = ({ id, version }: ModelManifest): ModelReference => ({ id, version });

/** From an input that came over a process boundary to a vector. */
export function outputOf(
  { manifest }: Pick<ModelArtifact, 'manifest'>,
  given: {
    readonly capability: Capability;
    readonly input: unknown;
    readonly probability: number | null;
    readonly runtime: NonNullable<ScoreOutput['runtime']>;
  },
): ScoreOutput {
  const { capability, input, probability, runtime } = given;
  const described = capability.describe(input);
  const score = modelKey(manifest);
  const flags = ['synthetic-data-not-for-care', ...described.flags];
  if (probability === null || !described.applies) {
    return {
      ...{ score, evaluable: false, total: null, lowerBound: 0, band: 'not applicable' },
      ...{ parts: described.parts, flags, signals: [], runtime, statement: manifest.statement },
    };
  }
  return {
    score,
    evaluable: true,
    total: probability,
    lowerBound: probability,
    band: capability.bandName(manifest, probability),
    parts: described.parts,
    flags,
    // A model's answer makes nothing less urgent, and none ships that may make it more so.
    signals: [],
    probability,
    runtime,
    statement: manifest.statement,
  };
}

/** The model in plain TypeScript: the twin of its ONNX form. */
export function twinScorer(artifact: ModelArtifact, capability: Capability): Scorer {
  return {
    model: referenceOf(artifact.manifest),
    artifactSha256: artifact.sha256,
    score(input) {
      const vector = capability.vector(input);
      if (!vector.ok) return vector;
      const probability = probabilityOf(artifact.weights, vector.value);
      return ok(outputOf(artifact, { capability, input, probability, runtime: 'typescript' }));
    },
  };
}
