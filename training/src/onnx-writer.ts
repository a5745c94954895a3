import type { LogisticWeights, TreeWeights, Weights } from '@holdfast/inference/models';
import { encodeModel } from './onnx-schema.ts';

const FLOAT_TENSOR = 1;
const ATTRIBUTE = { i: 2, s: 3, floats: 6, ints: 7, strings: 8 } as const;
const ML = 'ai.onnx.ml';

interface Graph {
  readonly node: readonly object[];
  readonly initializer: readonly object[];
}

/**
 * A model as ONNX (IR 8; operators of ai.onnx 17 and ai.onnx.ml 3): `features`, float32 of
 * [rows, width] with NaN for what is missing, to `probability`, float32 of [rows, 1].
 */
export function onnxOf(
  weights: Weights,
  about: { readonly name: string; readonly version: string; readonly statement: string },
): Uint8Array {
  const width = weights.features.length;
  const { node, initializer } = weights.kind === 'trees' ? ofTrees(weights) : ofLinear(weights);
  return encodeModel({
    irVersion: 8,
    opsetImport: [
      { domain: '', version: 17 },
      { domain: ML, version: 3 },
    ],
    producerName: 'holdfast',
    producerVersion: about.version,
    docString: about.statement,
    metadataProps: [{ key: 'features', value: weights.features.join(',') }],
    graph: {
      name: about.name,
      node,
      initializer,
      input: [tensor('features', width)],
      output: [tensor('probability', 1)],
    },
  });
}

const tensor = (name: string, width: number) => ({
  name,
  type: {
    tensorType: {
      elemType: FLOAT_TENSOR,
      shape: { dim: [{ dimParam: 'rows' }, { dimValue: width }] },
    },
  },
});

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const ints = (name: string, values: readonly number[]) => ({
  ...{ name, ints: values, type: ATTRIBUTE.ints },
});
const floats = (name: string, values: readonly number[]) => ({
  ...{ name, floats: values, type: ATTRIBUTE.floats },
});
const strings = (name: string, values: readonly string[]) => ({
  ...{ name, strings: values.map(text), type: ATTRIBUTE.strings },
});

function ofTrees({ base, trees }: TreeWeights): Graph {
  const nodes = trees.flatMap((tree, id) =>
    tree.feature.map((feature, node) => ({ tree, id, node, feature })),
  );
  const leaves = nodes.filter(({ feature }) => feature < 0);
  const at = (list: readonly number[], node: number): number => list[node] ?? 0;
  const attribute = [
    { name: 'n_targets', i: 1, type: ATTRIBUTE.i },
    { name: 'aggregate_function', s: text('SUM'), type: ATTRIBUTE.s },
    { name: 'post_transform', s: text('NONE'), type: ATTRIBUTE.s },
    floats('base_values', [base]),
    ints(
      'nodes_treeids',
      nodes.map(({ id }) => id),
    ),
    ints(
      'nodes_nodeids',
      nodes.map(({ node }) => node),
    ),
    ints(
      'nodes_featureids',
      nodes.map(({ feature }) => Math.max(0, feature)),
    ),
    floats(
      'nodes_values',
      nodes.map(({ tree, node }) => at(tree.threshold, node)),
    ),
    strings(
      'nodes_modes',
      nodes.map(({ feature }) => (feature < 0 ? 'LEAF' : 'BRANCH_LEQ')),
    ),
    ints(
      'nodes_truenodeids',
      nodes.map(({ tree, node }) => at(tree.left, node)),
    ),
    ints(
      'nodes_falsenodeids',
      nodes.map(({ tree, node }) => at(tree.right, node)),
    ),
    ints(
      'nodes_missing_value_tracks_true',
      nodes.map(({ tree, node }) => at(tree.missingLeft, node)),
    ),
    ints(
      'target_treeids',
      leaves.map(({ id }) => id),
    ),
    ints(
      'target_nodeids',
      leaves.map(({ node }) => node),
    ),
    ints(
      'target_ids',
      leaves.map(() => 0),
    ),
    floats(
      'target_weights',
      leaves.map(({ tree, node }) => at(tree.value, node)),
    ),
  ];
  const ensemble = { opType: 'TreeEnsembleRegressor', domain: ML, attribute };
  return {
    node: [
      { ...ensemble, name: 'trees', input: ['features'], output: ['log-odds'] },
      { name: 'logistic', opType: 'Sigmoid', input: ['log-odds'], output: ['probability'] },
    ],
    initializer: [],
  };
}

function ofLinear(weights: LogisticWeights): Graph {
  const width = weights.features.length;
  const constant = (name: string, dims: readonly number[], values: readonly number[]) => ({
    ...{ name, dims, dataType: FLOAT_TENSOR, floatData: values },
  });
  const step = (opType: string, input: readonly string[], output: string) => ({
    ...{ name: output, opType, input, output: [output] },
  });
  return {
    node: [
      step('IsNaN', ['features'], 'missing'),
      step('Where', ['missing', 'fill', 'features'], 'filled'),
      step('Sub', ['filled', 'mean'], 'centred'),
      step('Div', ['centred', 'scale'], 'standardised'),
      step('Gemm', ['standardised', 'weight', 'bias'], 'log-odds'),
      step('Sigmoid', ['log-odds'], 'probability'),
    ],
    initializer: [
      constant('fill', [1, width], weights.fill),
      constant('mean', [1, width], weights.mean),
      constant('scale', [1, width], weights.scale),
      constant('weight', [width, 1], weights.weight),
      constant('bias', [1], [weights.bias]),
    ],
  };
}
