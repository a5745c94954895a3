import type { Result } from '@holdfast/kernel';
import type { ScorePart } from '../scores/score-output.ts';
import type { ModelManifest } from './model-manifest.ts';
import type { FeatureVector } from './weights.ts';

/** The code that stands around the models of one question: what goes in, how it comes out. */
export interface Capability {
  readonly id: string;
  readonly featureSet: string;
  readonly features: readonly string[];
  /** Error: what is wrong with the input. */
  vector(input: unknown): Result<FeatureVector, string>;
  describe(input: unknown): {
    /** False where the question may not be asked of this patient, or too little is known. */
    readonly applies: boolean;
    readonly parts: readonly ScorePart[];
    readonly flags: readonly string[];
  };
  bandName(manifest: Pick<ModelManifest, 'bands'>, probability: number): string;
}
