import { logistic, type Tree, type TreeWeights } from '@holdfast/inference/models';

/** Rows of features with a label of 0 or 1. */
export interface Table {
  readonly features: readonly string[];
  readonly rows: readonly Float32Array[];
  readonly labels: Uint8Array;
}

/** A table to be measured on. */
export interface EvaluationTable extends Table {
  /** Number of the patient of each row: a patient is in one table only. */
  readonly patients: Int32Array;
  /** What the deterministic score says of each row; higher is worse. */
  readonly baseline: Float64Array;
  readonly subgroups: Readonly<Record<string, Uint8Array>>;
}

export interface BoostingOptions {
  readonly trees: number;
  readonly depth: number;
  readonly rate: number;
  /** Least sum of second derivatives in a leaf. */
  readonly leastWeight: number;
  /** Second-order regularisation of leaves. */
  readonly lambda: number;
  readonly bins: number;
}

export const BOOSTING: BoostingOptions = {
  trees: 120,
  depth: 3,
  rate: 0.08,
  leastWeight: 15,
  lambda: 5,
  bins: 48,
};

/** Bin 0 is a missing value; the others are numbered by the edges, each value at or below its own. */
interface Binned {
  readonly edges: readonly Float32Array[];
  /** Column by column. */
  readonly bins: readonly Uint8Array[];
}

interface Node {
  readonly rows: Int32Array;
  gradient: number;
  curvature: number;
}

interface Split {
  readonly feature: number;
  /** The last bin that goes left. */
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly gain: number;
}

/**
 * Gradient-boosted trees for the log loss: second-order splits over histograms with a learnt way for
 * missing values (Chen and Guestrin 2016; Friedman 2001). No randomness: equal rows, equal trees.
 */
export function boost(table: Table, options: BoostingOptions = BOOSTING): TreeWeights {
  const binned = binnedOf(table, options.bins);
  const positives = table.labels.reduce((sum, label) => sum + label, 0);
  const base = Math.fround(Math.log(positives / (table.labels.length - positives)));
  const logOdds = new Float64Array(table.rows.length).fill(base);
  const trees: Tree[] = [];
  for (let i = 0; i < options.trees; i++) {
    trees.push(growTree({ table, binned, options, logOdds }));
  }
  return { kind: 'trees', features: table.features, base, trees };
}

function binnedOf({ features, rows }: Table, most: number): Binned {
  const edges = features.map((_, feature) => edgesOf(rows, feature, most));
  const bins = features.map((_, feature) => {
    const own = edges[feature] ?? new Float32Array();
    return Uint8Array.from(rows, (row) => binOf(own, row[feature] ?? Number.NaN));
  });
  return { edges, bins };
}

/** Quantiles, each once. The last bin has no edge. */
function edgesOf(rows: readonly Float32Array[], feature: number, most: number): Float32Array {
  const known = Float32Array.from(rows.map((row) => row[feature] ?? Number.NaN))
    .filter((value) => !Number.isNaN(value))
    .sort();
  const edges = new Set<number>();
  for (let i = 1; i < most; i++) edges.add(known[Math.floor((i * known.length) / most)] ?? 0);
  edges.delete(known.at(-1) ?? 0);
  return Float32Array.from(edges);
}

function binOf(edges: Float32Array, value: number): number {
  if (Number.isNaN(value)) return 0;
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (edges[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}

interface Growing {
  readonly table: Table;
  readonly binned: Binned;
  readonly options: BoostingOptions;
  /** Moved by every tree. */
  readonly logOdds: Float64Array;
}

interface Derivatives {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

function growTree(growing: Growing): Tree {
  const { table, options, binned, logOdds } = growing;
  const tree = emptyTree();
  const derivatives = derivativesOf(table, logOdds);
  const all = Int32Array.from(table.rows.keys());
  const open: { node: Node; place: number; depth: number }[] = [
    { node: nodeOf(all, derivatives), place: addLeaf(tree), depth: 0 },
  ];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { node, place, depth } = next;
    const split = depth < options.depth ? bestSplit(node, growing, derivatives) : null;
    if (split === null) {
      const leaf = Math.fround((-options.rate * node.gradient) / (node.curvature + options.lambda));
      tree.value[place] = leaf;
      for (const row of node.rows) logOdds[row] = (logOdds[row] ?? 0) + leaf;
      continue;
    }
    const column = binned.bins[split.feature] ?? new Uint8Array();
    const goesLeft = (row: number): boolean => {
      const bin = column[row] ?? 0;
      return bin === 0 ? split.missingLeft : bin <= split.bin;
    };
    const [left, right] = [addLeaf(tree), addLeaf(tree)];
    tree.feature[place] = split.feature;
    tree.threshold[place] = binned.edges[split.feature]?.[split.bin - 1] ?? 0;
    tree.missingLeft[place] = Number(split.missingLeft);
    tree.left[place] = left;
    tree.right[place] = right;
    const sides = [node.rows.filter(goesLeft), node.rows.filter((row) => !goesLeft(row))];
    for (const [i, rows] of sides.entries()) {
      const child = nodeOf(rows, derivatives);
      open.push({ node: child, place: i === 0 ? left : right, depth: depth + 1 });
    }
  }
  return tree;
}

type MutableTree = { -readonly [Field in keyof Tree]: number[] };

const emptyTree = (): MutableTree => ({
  ...{ feature: [], threshold: [], left: [], right: [], missingLeft: [], value: [] },
});

function addLeaf(tree: MutableTree): number {
  tree.feature.push(-1);
  for (const list of [tree.threshold, tree.left, tree.right, tree.missingLeft, tree.value]) {
    list.push(0);
  }
  return tree.feature.length - 1;
}

function derivativesOf({ labels }: Table, logOdds: Float64Array): Derivatives {
  const first = new Float64Array(labels.length);
  const second = new Float64Array(labels.length);
  for (const [row, odds] of logOdds.entries()) {
    const probability = logistic(odds);
    first[row] = probability - (labels[row] ?? 0);
    second[row] = probability * (1 - probability);
  }
  return { first, second };
}

function nodeOf(rows: Int32Array, { first, second }: Derivatives): Node {
  let [gradient, curvature] = [0, 0];
  for (const row of rows) {
    gradient += first[row] ?? 0;
    curvature += second[row] ?? 0;
  }
  return { rows, gradient, curvature };
}

function bestSplit(node: Node, growing: Growing, derivatives: Derivatives): Split | null {
  let best: Split | null = null;
  for (const feature of growing.table.features.keys()) {
    const found = bestOfFeature(feature, { node, growing, derivatives });
    if (found !== null && found.gain > (best?.gain ?? 1e-6)) best = found;
  }
  return best;
}

function bestOfFeature(
  feature: number,
  at: { readonly node: Node; readonly growing: Growing; readonly derivatives: Derivatives },
): Split | null {
  const { node, growing, derivatives } = at;
  const { lambda, leastWeight } = growing.options;
  const edges = growing.binned.edges[feature]?.length ?? 0;
  const column = growing.binned.bins[feature] ?? new Uint8Array();
  const gradients = new Float64Array(edges + 2);
  const curvatures = new Float64Array(edges + 2);
  for (const row of node.rows) {
    const bin = column[row] ?? 0;
    gradients[bin] = (gradients[bin] ?? 0) + (derivatives.first[row] ?? 0);
    curvatures[bin] = (curvatures[bin] ?? 0) + (derivatives.second[row] ?? 0);
  }
  const score = (gradient: number, curvature: number): number =>
    (gradient * gradient) / (curvature + lambda);
  const whole = score(node.gradient, node.curvature);
  let best: Split | null = null;
  for (const missingLeft of [true, false]) {
    let gradient = missingLeft ? (gradients[0] ?? 0) : 0;
    let curvature = missingLeft ? (curvatures[0] ?? 0) : 0;
    for (let bin = 1; bin <= edges; bin++) {
      gradient += gradients[bin] ?? 0;
      curvature += curvatures[bin] ?? 0;
      const rest = node.curvature - curvature;
      if (curvature < leastWeight || rest < leastWeight) continue;
      const gain = score(gradient, curvature) + score(node.gradient - gradient, rest) - whole;
      if (gain > (best?.gain ?? 0)) best = { feature, bin, missingLeft, gain };
    }
  }
  return best;
}
