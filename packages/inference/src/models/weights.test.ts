import { describe, expect, it } from 'vitest';
import { faultOfWeights, probabilityOf, type TreeWeights, type Weights } from './weights.ts';

const tree = {
  feature: [0, -1, -1],
  threshold: [5, 0, 0],
  left: [1, 0, 0],
  right: [2, 0, 0],
  missingLeft: [1, 0, 0],
  value: [0, -2, 2],
};
const trees: TreeWeights = { kind: 'trees', features: ['a'], base: 0, trees: [tree] };
const linear: Weights = {
  ...{ kind: 'logistic', features: ['a'], fill: [3], mean: [1], scale: [2], weight: [1], bias: 0 },
};
const odds = (probability: number): number => Math.log(probability / (1 - probability));
const at = (weights: Weights, value: number): number =>
  odds(probabilityOf(weights, Float32Array.from([value])));

describe('trees', () => {
  it.each([
    [4.9, -2],
    [5, -2],
    [5.0001, 2],
    [Number.NaN, -2],
    [Number.POSITIVE_INFINITY, 2],
  ])('send %d to the leaf %d', (value, leaf) => {
    expect(at(trees, value)).toBeCloseTo(leaf, 9);
  });

  it('send what is missing to the right where they learnt that', () => {
    const right = { ...trees, trees: [{ ...tree, missingLeft: [0, 0, 0] }] };
    expect(at(right, Number.NaN)).toBeCloseTo(2, 9);
  });
});

describe('logistic regression', () => {
  it.each([
    [1, 0],
    [3, 1],
    [Number.NaN, 1],
  ])('answers %d with log odds %d', (value, expected) => {
    expect(at(linear, value)).toBeCloseTo(expected, 9);
  });
});

describe('weights from a file', () => {
  it.each<[string, Weights]>([
    ['features is empty', { ...trees, features: [] }],
    ['base is no number', { ...trees, base: Number.NaN }],
    ['trees is empty', { ...trees, trees: [] }],
    [
      'trees[0]: node 0 asks for feature 1 of 1',
      { ...trees, trees: [{ ...tree, feature: [1, -1, -1] }] },
    ],
    [
      'trees[0]: leaf 1 is no number',
      { ...trees, trees: [{ ...tree, value: [0, Number.NaN, 2] }] },
    ],
    [
      'trees[0]: node 0 has a child that does not come after it',
      { ...trees, trees: [{ ...tree, left: [0, 0, 0] }] },
    ],
    ['trees[0]: its lists differ in length', { ...trees, trees: [{ ...tree, value: [0] }] }],
    ['fill has 2 values for 1 features', { ...linear, fill: [1, 2] }],
    ['scale holds a number that is not above 0', { ...linear, scale: [0] }],
  ])('are refused: %s', (fault, weights) => {
    expect(faultOfWeights(weights)).toBe(fault);
  });

  it('are taken as they are where nothing is wrong', () => {
    expect([faultOfWeights(trees), faultOfWeights(linear)]).toEqual([null, null]);
  });
});
