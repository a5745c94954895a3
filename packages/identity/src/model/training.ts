import { BlockIndex } from '../blocking/block-index.ts';
import { BLOCKING_KEYS } from '../blocking/keys.ts';
import { FIELDS, type Field } from '../compare/comparison.ts';
import type { PresentLevel } from '../compare/level.ts';
import { identityLimits } from '../limits.ts';
import type { RecordList } from '../record-list.ts';
import {
  boundedShare,
  countLevels,
  type FieldRates,
  type LevelCounts,
  learnAgreement,
  matchProbability,
  withRates,
} from './expectation.ts';
import {
  type FieldParameters,
  type MatchParameters,
  PARAMETERS_FORMAT,
  PARAMETERS_VERSION,
  ratesOf,
  TERM_FIELDS,
  type TermField,
} from './parameters.ts';
import { type Pattern, patternsOf, spreadPairs } from './patterns.ts';

/** Rounds in which the rates of one person and of strangers refine each other. */
const REFINEMENTS = 2;
const PRIOR_ROUNDS = 20;

/**
 * Learns match parameters from records alone: nobody says which are of one person. Chance agreement
 * is measured on pairs spread over the list, agreement of one person by EM on the pairs of each
 * blocking key in the fields that the key does not fix. Pairs are sampled within their limits.
 */
export function train(
  records: RecordList,
  index: BlockIndex = new BlockIndex(records),
): MatchParameters {
  const spread = patternsOf(
    records,
    spreadPairs(records.length, identityLimits.randomPairs),
    identityLimits.randomPairs,
  );
  const passes = BLOCKING_KEYS.map((key, keyAt) => ({
    fields: FIELDS.filter((field) => !key.fields.includes(field)),
    patterns: patternsOf(records, index.pairsOfKey(keyAt), identityLimits.trainingPairsPerKey),
  }));
  const everyBlock = Math.ceil(index.pairsMost / identityLimits.priorPairs) || 1;
  const candidates = patternsOf(records, index.pairs(everyBlock), Number.POSITIVE_INFINITY);
  // Two at least: the prior of one pair would be certainty.
  const pairs = Math.max(2, (records.length * (records.length - 1)) / 2);

  let fields = withRates(
    typicalFields(),
    'u',
    countLevels(
      spread,
      spread.map(() => 1),
    ),
  );
  let prior = 1 / pairs;
  for (let round = 0; round < REFINEMENTS; round++) {
    const start = fields;
    const learned = passes.map((pass) => learnAgreement(pass.patterns, start, pass.fields));
    fields = withRates(fields, 'm', sumCounts(learned));
    prior = matchesAmong(candidates, fields, { pairs, everyBlock }) / pairs;
    const belief = { fields, matchShare: prior };
    const strangers = spread.map((pattern) => 1 - matchProbability(pattern, belief));
    fields = withRates(fields, 'u', countLevels(spread, strangers));
  }
  return {
    format: PARAMETERS_FORMAT,
    version: PARAMETERS_VERSION,
    records: records.length,
    prior,
    fields: withTerms(fields, records),
  };
}

/** Expected matches, where `pairs` is the number of all pairs and every n-th block was looked at. */
function matchesAmong(
  candidates: readonly Pattern[],
  fields: FieldRates,
  { pairs, everyBlock }: { pairs: number; everyBlock: number },
): number {
  let matches = 1;
  for (let round = 0; round < PRIOR_ROUNDS; round++) {
    const belief = { fields, matchShare: boundedShare(matches / pairs) };
    const found = candidates.reduce(
      (sum, pattern) => sum + pattern.count * matchProbability(pattern, belief),
      0,
    );
    // At least one: a prior of zero could never be overcome, however much two records agree.
    matches = Math.max(1, found * everyBlock);
  }
  return boundedShare(matches / pairs) * pairs;
}

function typicalFields(): FieldRates {
  const entries = FIELDS.map((field): [Field, FieldParameters] => [
    field,
    { m: ratesOf(field, 'm'), u: ratesOf(field, 'u') },
  ]);
  return Object.fromEntries(entries) as Record<Field, FieldParameters>;
}

function sumCounts(all: readonly LevelCounts[]): LevelCounts {
  const sums = new Map<Field, Map<PresentLevel, number>>();
  for (const counts of all) {
    for (const [field, levels] of counts) {
      const sum = sums.get(field) ?? new Map<PresentLevel, number>();
      for (const [level, count] of levels) sum.set(level, (sum.get(level) ?? 0) + count);
      sums.set(field, sum);
    }
  }
  return sums;
}

function withTerms(fields: FieldRates, records: RecordList): Record<Field, FieldParameters> {
  const changed = { ...fields };
  for (const field of TERM_FIELDS)
    changed[field] = { ...changed[field], terms: termsOf(records, field) };
  return changed;
}

function termsOf(records: RecordList, field: TermField): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  let known = 0;
  for (let at = 0; at < records.length; at++) {
    const value = records.at(at)?.[field] ?? '';
    if (value === '') continue;
    known++;
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([one, count], [other, otherCount]) => otherCount - count || (one < other ? -1 : 1))
    .slice(0, identityLimits.termsPerField)
    .map(([value, count]): readonly [string, number] => [value, count / known]);
}
