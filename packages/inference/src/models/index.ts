export { readModelFolder, SHIPPED_MODELS } from '../files/model-folder.ts';
export { loadOnnxModel, loadOnnxRuntime } from '../onnx/onnx-model.ts';
export { type News2Input, scoreNews2 } from '../scores/news2.ts';
export { FEATURE_SET, FEATURES, featuresOf } from './deterioration/features.ts';
export { type DeteriorationInput, summarise, type TimedValue } from './deterioration/input.ts';
export { type GoldenCase, type ModelArtifact, TWIN_TOLERANCE } from './loaded-model.ts';
export type { ModelManifest } from './model-manifest.ts';
export {
  type FeatureVector,
  type LogisticWeights,
  leafOf,
  logistic,
  probabilityOf,
  type Tree,
  type TreeWeights,
  type Weights,
} from './weights.ts';
