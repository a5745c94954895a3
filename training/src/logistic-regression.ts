import { type LogisticWeights, logistic } from '@holdfast/inference/models';
import type { Table } from './boosting.ts';

/** Rounds of gradient descent over all rows; the loss is convex, so they only have to be enough. */
const ROUNDS = 400;
const RATE = 0.8;
const RIDGE = 1e-4;

/** Logistic regression over standardised features, with medians for what is missing. */
export function regress({ features, rows, labels }: Table): LogisticWeights {
  const columns = features.map((_, i) => columnOf(rows, i));
  const width = features.length;
  const data = new Float64Array(rows.length * width);
  for (const [r, row] of rows.entries()) {
    for (const [i, { fill, mean, scale }] of columns.entries()) {
      const value = row[i] ?? Number.NaN;
      data[r * width + i] = ((Number.isNaN(value) ? fill : value) - mean) / scale;
    }
  }
  const weight = new Float64Array(width);
  const positives = labels.reduce((sum, label) => sum + label, 0);
  let bias = Math.log(positives / (labels.length - positives));
  for (let round = 0; round < ROUNDS; round++) {
    const slope = new Float64Array(width);
    let biasSlope = 0;
    for (const [r, label] of labels.entries()) {
      let sum = bias;
      for (let i = 0; i < width; i++) sum += (weight[i] ?? 0) * (data[r * width + i] ?? 0);
      const error = logistic(sum) - label;
      biasSlope += error;
      for (let i = 0; i < width; i++) {
        slope[i] = (slope[i] ?? 0) + error * (data[r * width + i] ?? 0);
      }
    }
    bias -= (RATE * biasSlope) / labels.length;
    for (let i = 0; i < width; i++) {
      const own = weight[i] ?? 0;
      weight[i] = own - RATE * ((slope[i] ?? 0) / labels.length + RIDGE * own);
    }
  }
  const single = (values: Iterable<number>): number[] => Array.from(values, Math.fround);
  return {
    kind: 'logistic',
    features,
    fill: single(columns.map(({ fill }) => fill)),
    mean: single(columns.map(({ mean }) => mean)),
    scale: single(columns.map(({ scale }) => scale)),
    weight: single(weight),
    bias: Math.fround(bias),
  };
}

function columnOf(rows: readonly Float32Array[], feature: number) {
  const known = Float64Array.from(rows.map((row) => row[feature] ?? Number.NaN))
    .filter((value) => !Number.isNaN(value))
    .sort();
  const fill = known[known.length >> 1] ?? 0;
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  const variance =
    known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, known.length);
  return { fill, mean, scale: Math.max(1e-6, Math.sqrt(variance)) };
}
