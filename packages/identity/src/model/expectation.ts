import { FIELDS, type Field } from '../compare/comparison.ts';
import type { PresentLevel } from '../compare/level.ts';
import { identityLimits } from '../limits.ts';
import { type FieldParameters, ratesOf } from './parameters.ts';
import type { Pattern } from './patterns.ts';
import { bitsOf } from './scorer.ts';

export type FieldRates = Readonly<Record<Field, FieldParameters>>;
export type LevelCounts = ReadonlyMap<Field, ReadonlyMap<PresentLevel, number>>;

/** What is believed while training: rates, and how many of the pairs at hand are of one person. */
export interface Belief {
  readonly fields: FieldRates;
  readonly matchShare: number;
}

const SETTLED = 1e-4;
const FIRST_SHARE = 0.1;
/** Keeps the odds finite where a share runs to 0 or 1. */
const LEAST_SHARE = 1e-9;

/** Probability that the pairs of a pattern are of one person, from the named fields alone. */
export function matchProbability(
  pattern: Pattern,
  belief: Belief,
  fields: readonly Field[] = FIELDS,
): number {
  let bits = Math.log2(belief.matchShare / (1 - belief.matchShare));
  for (const field of fields) bits += bitsOf(belief.fields[field], pattern.comparison[field]);
  return 1 / (1 + 2 ** -bits);
}

/**
 * Expectation and maximisation over the pairs of one blocking pass (Fellegi-Sunter 1969, Winkler
 * 1988). Rates of strangers stay as they are; what is learned is how one person's records agree in
 * `fields`, as expected counts by level.
 */
export function learnAgreement(
  patterns: readonly Pattern[],
  start: FieldRates,
  fields: readonly Field[],
): LevelCounts {
  let belief: Belief = { fields: start, matchShare: FIRST_SHARE };
  const pairs = patterns.reduce((sum, { count }) => sum + count, 0);
  let counts: LevelCounts = new Map();
  for (let round = 0; pairs > 0 && round < identityLimits.emRounds; round++) {
    const now = belief;
    const weighted = patterns.map((pattern) => matchProbability(pattern, now, fields));
    counts = countLevels(patterns, weighted, fields);
    const matches = weighted.reduce(
      (sum, weight, at) => sum + weight * (patterns[at]?.count ?? 0),
      0,
    );
    const share = boundedShare(matches / pairs);
    belief = { fields: withRates(belief.fields, 'm', counts), matchShare: share };
    if (Math.abs(share - now.matchShare) < SETTLED) break;
  }
  return counts;
}

export const boundedShare = (share: number): number =>
  Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, share));

/** Levels seen in each field, each pattern counting `weights[at]` of its pairs. */
export function countLevels(
  patterns: readonly Pattern[],
  weights: readonly number[],
  fields: readonly Field[] = FIELDS,
): LevelCounts {
  const counts = new Map<Field, Map<PresentLevel, number>>();
  for (const field of fields) {
    const levels = new Map<PresentLevel, number>();
    for (const [at, { comparison, count }] of patterns.entries()) {
      const level = comparison[field];
      if (level === 'missing') continue;
      levels.set(level, (levels.get(level) ?? 0) + count * (weights[at] ?? 0));
    }
    counts.set(field, levels);
  }
  return counts;
}

/** The rates with one side replaced by what was counted, in the fields that were counted. */
export function withRates(fields: FieldRates, side: 'm' | 'u', counts: LevelCounts): FieldRates {
  const changed = { ...fields };
  for (const [field, levels] of counts) {
    changed[field] = { ...changed[field], [side]: ratesOf(field, side, levels) };
  }
  return changed;
}
