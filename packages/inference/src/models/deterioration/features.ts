import type { FeatureVector } from '../weights.ts';
import { type DeteriorationInput, LABORATORY, VITALS } from './input.ts';

/** Order and meaning are `deterioration@1`; a change of either is a new set. */
export const FEATURE_SET = 'deterioration@1';

export const FEATURES: readonly string[] = [
  'age',
  ...VITALS,
  'oxygen',
  'not-alert',
  ...VITALS.map((name) => `${name}-change`),
  'shock-index',
  ...LABORATORY,
];

/** A missing value is NaN, and never a normal one. */
export function featuresOf(input: DeteriorationInput): FeatureVector {
  const known = (value: number | null): number => value ?? Number.NaN;
  const change = VITALS.map((name) => known(input[name]) - known(input.earlier[name]));
  const shockIndex = known(input.pulse) / known(input.systolic);
  return Float32Array.from([
    known(input.age),
    ...VITALS.map((name) => known(input[name])),
    input.oxygen === null ? Number.NaN : Number(input.oxygen),
    input.consciousness === null ? Number.NaN : Number(input.consciousness !== 'A'),
    ...change,
    Number.isFinite(shockIndex) ? shockIndex : Number.NaN,
    ...LABORATORY.map((name) => known(input.laboratory[name])),
  ]);
}
