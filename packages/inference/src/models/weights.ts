/** One regression tree as parallel arrays; node 0 is the root. A leaf has feature -1. */
export interface Tree {
  readonly feature: readonly number[];
  /** A value at or below it goes left. Rounded to single precision. */
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** 1 where a missing value goes left. */
  readonly missingLeft: readonly number[];
  /** Share of a leaf in the log odds. */
  readonly value: readonly number[];
}

/** Gradient-boosted trees: log odds are `base` plus one leaf of each tree. */
export interface TreeWeights {
  readonly kind: 'trees';
  readonly features: readonly string[];
  readonly base: number;
  readonly trees: readonly Tree[];
}

/** Logistic regression over standardised values; what is missing is filled in. */
export interface LogisticWeights {
  readonly kind: 'logistic';
  readonly features: readonly string[];
  readonly fill: readonly number[];
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  readonly weight: readonly number[];
  readonly bias: number;
}

/** The weights of a model, from which its ONNX form and its TypeScript twin both follow. */
export type Weights = TreeWeights | LogisticWeights;

/** A missing value is NaN. */
export type FeatureVector = Float32Array;

export const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/** Probability in [0, 1]. The vector has as many values as the weights have features. */
export function probabilityOf(weights: Weights, vector: FeatureVector): number {
  return logistic(weights.kind === 'trees' ? ofTrees(weights, vector) : ofLinear(weights, vector));
}

function ofTrees({ base, trees }: TreeWeights, vector: FeatureVector): number {
  let sum = base;
  for (const tree of trees) sum += leafOf(tree, vector);
  return sum;
}

/** The value of the leaf that a vector falls into. */
export function leafOf(tree: Tree, vector: FeatureVector): number {
  let node = 0;
  for (;;) {
    const feature = tree.feature[node] ?? -1;
    if (feature < 0) return tree.value[node] ?? 0;
    const value = vector[feature] ?? Number.NaN;
    const goesLeft = Number.isNaN(value)
      ? tree.missingLeft[node] === 1
      : value <= (tree.threshold[node] ?? 0);
    node = (goesLeft ? tree.left[node] : tree.right[node]) ?? 0;
  }
}

function ofLinear(weights: LogisticWeights, vector: FeatureVector): number {
  let sum = weights.bias;
  for (const [i, weight] of weights.weight.entries()) {
    const given = vector[i] ?? Number.NaN;
    const value = Number.isNaN(given) ? (weights.fill[i] ?? 0) : given;
    sum += (weight * (value - (weights.mean[i] ?? 0))) / (weights.scale[i] ?? 1);
  }
  return sum;
}

/** Error: what is wrong, for whoever made the file. */
export function faultOfWeights(weights: Weights): string | null {
  const width = weights.features.length;
  if (width === 0) return 'features is empty';
  if (weights.kind === 'logistic') {
    const { fill, mean, scale, weight, bias } = weights;
    const lists = { fill, mean, scale, weight };
    for (const [name, list] of Object.entries(lists)) {
      if (list.length !== width) return `${name} has ${list.length} values for ${width} features`;
      if (!list.every(Number.isFinite)) return `${name} holds what is no number`;
    }
    if (!scale.every((each) => each > 0)) return 'scale holds a number that is not above 0';
    return Number.isFinite(bias) ? null : 'bias is no number';
  }
  if (!Number.isFinite(weights.base)) return 'base is no number';
  if (weights.trees.length === 0) return 'trees is empty';
  for (const [i, tree] of weights.trees.entries()) {
    const fault = faultOfTree(tree, width);
    if (fault !== null) return `trees[${i}]: ${fault}`;
  }
  return null;
}

/** Children come after their parents, so that no walk goes round. */
function faultOfTree(tree: Tree, width: number): string | null {
  const nodes = tree.feature.length;
  const { threshold, left, right, missingLeft, value } = tree;
  if (nodes === 0) return 'has no node';
  if ([threshold, left, right, missingLeft, value].some((list) => list.length !== nodes)) {
    return 'its lists differ in length';
  }
  for (const [node, feature] of tree.feature.entries()) {
    if (feature < 0) {
      if (!Number.isFinite(value[node])) return `leaf ${node} is no number`;
      continue;
    }
    if (feature >= width) return `node ${node} asks for feature ${feature} of ${width}`;
    if (!Number.isFinite(threshold[node])) return `threshold of node ${node} is no number`;
    const children = [left[node] ?? -1, right[node] ?? -1];
    if (children.some((child) => child <= node || child >= nodes)) {
      return `node ${node} has a child that does not come after it`;
    }
  }
  return null;
}
