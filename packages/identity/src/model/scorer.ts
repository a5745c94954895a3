import { invariant } from '@holdfast/kernel';
import {
  type Comparison,
  compare,
  FIELDS,
  type Field,
  identifiersDiffer,
} from '../compare/comparison.ts';
import type { Level } from '../compare/level.ts';
import { isOneEdit } from '../compare/one-edit.ts';
import { identityLimits } from '../limits.ts';
import type { NormalRecord } from '../normalise/normal-record.ts';
import {
  type FieldParameters,
  type MatchParameters,
  TERM_FIELDS,
  type TermField,
} from './parameters.ts';

/** How likely two records are of one person, and why. */
export interface Score {
  readonly comparison: Comparison;
  /** Bits for (above 0) and against (below 0), by field; 0 where a side does not know. */
  readonly weights: Readonly<Record<Field, number>>;
  /** Prior and all weights together; it still tells apart where the probability is all but 1. */
  readonly bits: number;
  /** 0 to 1: the same as odds. */
  readonly probability: number;
  /**
   * The given names are one typing error apart, hardly anyone bears one of them, and no other
   * identifier nor the gender speaks against it.
   */
  readonly misspelt: boolean;
}

export type Scorer = (one: NormalRecord, other: NormalRecord) => Score;

/** Makes a scorer of trained parameters. It is symmetric and depends on nothing else. */
export function scorerOf(parameters: MatchParameters): Scorer {
  const shares = new Map<Field, TermShares>();
  for (const field of TERM_FIELDS) {
    const terms = parameters.fields[field].terms ?? [];
    if (terms.length > 0) shares.set(field, termShares(terms, parameters.records));
  }
  const priorBits = Math.log2(parameters.prior / (1 - parameters.prior));
  return (one, other) => {
    const comparison = compare(one, other);
    const weights = {} as Record<Field, number>;
    let bits = priorBits;
    for (const field of FIELDS) {
      const level = comparison[field];
      const share = level === 'exact' ? shares.get(field)?.(one[field as TermField]) : undefined;
      weights[field] = bitsOf(parameters.fields[field], level, share);
      bits += weights[field];
    }
    const misspelt = isMisspelt(one, other, shares.get('given'));
    return { comparison, weights, bits, probability: 1 / (1 + 2 ** -bits), misspelt };
  };
}

/** `jake` and `jade` are two names; `fatina` beside a hundred times `fatima` is a typing error. */
const MISSPELLING_AT_MOST = 1 / 5;

function isMisspelt(one: NormalRecord, other: NormalRecord, shareOf?: TermShares): boolean {
  if (shareOf === undefined || one.given === '' || other.given === '') return false;
  if (!isOneEdit(one.given, other.given) || identifiersDiffer(one, other)) return false;
  if (one.gender !== '' && other.gender !== '' && one.gender !== other.gender) return false;
  const [share, otherShare] = [shareOf(one.given), shareOf(other.given)];
  return Math.min(share, otherShare) <= Math.max(share, otherShare) * MISSPELLING_AT_MOST;
}

/** Bits that one level of a field speaks for one person; `share`: how frequent the shared value is. */
export const bitsOf = (parameters: FieldParameters, level: Level, share?: number): number => {
  if (level === 'missing') return 0;
  const m = parameters.m[level];
  const u = parameters.u[level];
  invariant(m !== undefined && u !== undefined, `no rates for level ${level}`);
  // Two strangers share a given value as often as it occurs, not as often as any two values agree.
  return Math.log2(m / (share ?? u));
};

type TermShares = (value: string) => number;

/**
 * A value that is not among the kept ones is at most as frequent as the rarest of these; where all
 * were kept, nobody in the list had it.
 */
function termShares(terms: readonly (readonly [string, number])[], records: number): TermShares {
  const byValue = new Map(terms);
  const one = 1 / records;
  const isWhole = terms.length < identityLimits.termsPerField;
  const unseen = isWhole ? one : Math.max(one, terms.at(-1)?.[1] ?? one);
  return (value) => byValue.get(value) ?? unseen;
}
