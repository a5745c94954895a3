import type { Pair } from '../blocking/candidate-pairs.ts';
import { identityLimits } from '../limits.ts';
import type { Scorer } from '../model/scorer.ts';
import type { NormalRecord } from '../normalise/normal-record.ts';
import { gradeOf, mayBeFamily } from './grade.ts';
import type { StewardFacts } from './steward-facts.ts';

export interface Links {
  readonly records: readonly NormalRecord[];
  readonly pairs: readonly Pair[];
  readonly score: Scorer;
  readonly facts: StewardFacts;
}

/** Positions of records, each in exactly one group. */
export type Clusters = readonly (readonly number[])[];

/**
 * How likely the members of two groups must be one person on average. Half would let one record that
 * is like two others join these, though they are nothing like each other.
 */
const AVERAGE_ABOVE = 2 / 3;

/**
 * Groups records that are one person. Stewards' groups come first; then `certain` pairs join groups,
 * the likeliest first, and only where all pairs across agree on average, none may be twins, none was
 * told apart by a steward and the group stays within its limit. So a chain of likenesses does not
 * grow into one person. The order of the pairs does not matter.
 */
export function clusterRecords({ records, pairs, score, facts }: Links): Clusters {
  const groups = records.map((_, position) => [position]);
  const merge = (one: number[], other: number[]): void => {
    one.push(...other);
    for (const position of other) groups[position] = one;
  };
  const positions = new Map(records.map(({ id }, position) => [id, position]));
  for (const ids of facts.groups) {
    const [first, ...others] = ids.flatMap((id) => groups[positions.get(id) ?? -1] ?? []);
    const group = groups[first ?? -1];
    if (group !== undefined) for (const other of others) merge(group, [other]);
  }
  for (const [at, otherAt] of certainPairs({ records, pairs, score })) {
    const one = groups[at];
    const other = groups[otherAt];
    if (one === undefined || other === undefined || one === other) continue;
    if (mayJoin(one, other)) merge(one, other);
  }
  return [...new Set(groups)].map((group) => group.toSorted((one, other) => one - other));

  function mayJoin(one: readonly number[], other: readonly number[]): boolean {
    if (one.length + other.length > identityLimits.recordsPerCluster) return false;
    let sum = 0;
    for (const record of one.flatMap((position) => records[position] ?? [])) {
      for (const across of other.flatMap((position) => records[position] ?? [])) {
        if (facts.verdict(record.id, across.id) === 'different') return false;
        const { probability, comparison } = score(record, across);
        if (mayBeFamily(comparison)) return false;
        sum += probability;
      }
    }
    return sum / (one.length * other.length) > AVERAGE_ABOVE;
  }
}

function certainPairs({ records, pairs, score }: Omit<Links, 'facts'>): readonly Pair[] {
  const certain: { pair: Pair; probability: number }[] = [];
  for (const pair of pairs) {
    const one = records[pair[0]];
    const other = records[pair[1]];
    if (one === undefined || other === undefined) continue;
    const scored = score(one, other);
    if (gradeOf(scored).grade !== 'certain') continue;
    certain.push({ pair, probability: scored.probability });
  }
  return certain
    .toSorted(
      (one, other) =>
        other.probability - one.probability ||
        one.pair[0] - other.pair[0] ||
        one.pair[1] - other.pair[1],
    )
    .map(({ pair }) => pair);
}
