import { err, ok, type Result } from '@holdfast/kernel';
import { FIELDS, type Field, LEVELS } from '../compare/comparison.ts';
import type { PresentLevel } from '../compare/level.ts';

/** Probabilities of the levels of one field, given that both sides know it; they add up to 1. */
export type Rates = Readonly<Partial<Record<PresentLevel, number>>>;

export interface FieldParameters {
  /** Probability of each level where both records are of one person. */
  readonly m: Rates;
  /** Probability of each level where they are of two persons. */
  readonly u: Rates;
  /** Share of the records with each frequent value, most frequent first; only for `TERM_FIELDS`. */
  readonly terms?: readonly (readonly [value: string, share: number])[];
}

/** All that training learned: plain JSON, to be kept, read, compared and put back. */
export interface MatchParameters {
  readonly format: typeof PARAMETERS_FORMAT;
  readonly version: typeof PARAMETERS_VERSION;
  /** Records that training saw. */
  readonly records: number;
  /** Probability that two records drawn at random are of one person. */
  readonly prior: number;
  readonly fields: Readonly<Record<Field, FieldParameters>>;
}

export const PARAMETERS_FORMAT = 'holdfast-identity-parameters';
export const PARAMETERS_VERSION = 1;

/** Fields in which to share a rare value says more than to share a common one. */
export const TERM_FIELDS = ['given', 'family', 'locality'] as const satisfies readonly Field[];
export type TermField = (typeof TERM_FIELDS)[number];

const TYPICAL_M: Readonly<Record<PresentLevel, number>> = {
  exact: 0.85,
  nickname: 0.02,
  swapped: 0.02,
  close: 0.06,
  similar: 0.02,
  far: 0.02,
  different: 0.03,
};
const TYPICAL_U: Readonly<Record<PresentLevel, number>> = {
  exact: 0.01,
  nickname: 0.001,
  swapped: 0.001,
  close: 0.01,
  similar: 0.05,
  far: 0.1,
  different: 0.928,
};

/**
 * Rates of a field from counts by level. The typical rates weigh as much as one observation, so that
 * a level that was never seen is rare and not impossible.
 */
export function ratesOf(
  field: Field,
  typical: 'm' | 'u',
  counts: ReadonlyMap<PresentLevel, number> = new Map(),
): Rates {
  const levels = LEVELS[field];
  const before = typical === 'm' ? TYPICAL_M : TYPICAL_U;
  const scale = 1 / levels.reduce((sum, level) => sum + before[level], 0);
  const weights = levels.map((level) => (counts.get(level) ?? 0) + before[level] * scale);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Object.fromEntries(levels.map((level, at) => [level, (weights[at] ?? 0) / total]));
}

export interface ParametersFault {
  /** The place in the value, such as `fields.given.m.exact`. */
  readonly at: string;
  readonly expected: string;
}

/** Reads parameters that were kept as JSON; names the first place that is not as it must be. */
export function readParameters(value: unknown): Result<MatchParameters, ParametersFault> {
  const fault = firstFault(value);
  return fault === undefined ? ok(value as MatchParameters) : err(fault);
}

function firstFault(value: unknown): ParametersFault | undefined {
  if (!isObject(value)) return { at: '', expected: 'an object' };
  if (value['format'] !== PARAMETERS_FORMAT) return { at: 'format', expected: PARAMETERS_FORMAT };
  if (value['version'] !== PARAMETERS_VERSION)
    return { at: 'version', expected: `${PARAMETERS_VERSION}` };
  if (!Number.isSafeInteger(value['records'])) return { at: 'records', expected: 'an integer' };
  if (!isProbability(value['prior'])) return { at: 'prior', expected: PROBABILITY };
  const fields = value['fields'];
  if (!isObject(fields)) return { at: 'fields', expected: 'an object' };
  for (const field of FIELDS) {
    const fault = fieldFault(field, fields[field]);
    if (fault !== undefined) return { ...fault, at: `fields.${field}${fault.at}` };
  }
  return undefined;
}

function fieldFault(field: Field, value: unknown): ParametersFault | undefined {
  if (!isObject(value)) return { at: '', expected: 'an object' };
  for (const side of ['m', 'u']) {
    const rates = value[side];
    if (!isObject(rates)) return { at: `.${side}`, expected: 'an object' };
    const wrong = LEVELS[field].find((level) => !isProbability(rates[level]));
    if (wrong !== undefined) return { at: `.${side}.${wrong}`, expected: PROBABILITY };
  }
  const terms = value['terms'] ?? [];
  if (!Array.isArray(terms)) return { at: '.terms', expected: 'a list' };
  const wrong = terms.findIndex(
    (term: unknown) =>
      !Array.isArray(term) || typeof term[0] !== 'string' || !isProbability(term[1]),
  );
  return wrong < 0 ? undefined : { at: `.terms.${wrong}`, expected: 'a value and its share' };
}

const PROBABILITY = 'a number above 0 and at most 1';
const isProbability = (value: unknown): boolean =>
  typeof value === 'number' && value > 0 && value <= 1;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
