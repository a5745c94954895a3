import type { Pair } from '../blocking/block-index.ts';
import { identityLimits } from '../limits.ts';
import type { Scorer } from '../model/scorer.ts';
import type { RecordList } from '../record-list.ts';
import { gradeOf, mayBeFamily } from './grade.ts';
import type { StewardFacts } from './steward-facts.ts';

/** Two records whose grade is `certain`. */
export interface CertainPair {
  readonly pair: Pair;
  /** Of their score; the greater joins first. */
  readonly bits: number;
}

export interface CertainLinks {
  readonly records: RecordList;
  readonly certain: readonly CertainPair[];
  readonly score: Scorer;
  readonly facts: StewardFacts;
}

export interface Links extends Omit<CertainLinks, 'certain'> {
  readonly pairs: Iterable<Pair>;
}

/** Positions of records, each in exactly one group. */
export type Clusters = readonly (readonly number[])[];

/**
 * How likely the members of two groups must be one person on average. Half would let one record that
 * is like two others join these, though they are nothing like each other.
 */
const AVERAGE_ABOVE = 2 / 3;

/** Groups records that are one person; a record that joins no other is a group of its own. */
export function clusterRecords({ pairs, ...links }: Links): Clusters {
  const certain: CertainPair[] = [];
  for (const pair of pairs) {
    const bits = certainBits(links.records, pair, links.score);
    if (bits !== undefined) certain.push({ pair, bits });
  }
  const groups = joinRecords({ ...links, certain });
  const joined = new Set(groups.flat());
  const alone: number[][] = [];
  for (let at = 0; at < links.records.length; at++) if (!joined.has(at)) alone.push([at]);
  return [...groups, ...alone].toSorted(([one = 0], [other = 0]) => one - other);
}

/**
 * The groups of two records and more. Stewards' groups come first; then `certain` pairs join groups,
 * the likeliest first, and only where all pairs across agree on average, none may be of a family, none
 * was told apart by a steward and the group stays within its limit. So a chain of likenesses does not
 * grow into one person. The order of the pairs does not matter.
 */
export function joinRecords({ records, certain, score, facts }: CertainLinks): Clusters {
  const groups = new Map<number, number[]>();
  const groupOf = (position: number): number[] => groups.get(position) ?? [position];
  const merge = (one: number[], other: number[]): void => {
    one.push(...other);
    for (const position of one) groups.set(position, one);
  };
  for (const positions of stewardGroups(records, facts)) {
    const [first, ...others] = positions;
    if (first === undefined) continue;
    for (const other of others) merge(groupOf(first), groupOf(other));
  }
  for (const { pair } of certain.toSorted(likeliestFirst)) {
    const one = groupOf(pair[0]);
    const other = groupOf(pair[1]);
    if (one !== other && mayJoin(one, other)) merge(one, other);
  }
  return [...new Set(groups.values())].map((group) => group.toSorted((one, other) => one - other));

  function mayJoin(one: readonly number[], other: readonly number[]): boolean {
    if (one.length + other.length > identityLimits.recordsPerCluster) return false;
    let sum = 0;
    for (const record of one.flatMap((position) => records.at(position) ?? [])) {
      for (const across of other.flatMap((position) => records.at(position) ?? [])) {
        if (facts.verdict(record.id, across.id) === 'different') return false;
        const scored = score(record, across);
        if (mayBeFamily(scored)) return false;
        sum += scored.probability;
      }
    }
    return sum / (one.length * other.length) > AVERAGE_ABOVE;
  }
}

function certainBits(records: RecordList, pair: Pair, score: Scorer): number | undefined {
  const one = records.at(pair[0]);
  const other = records.at(pair[1]);
  if (one === undefined || other === undefined) return undefined;
  const scored = score(one, other);
  return gradeOf(scored).grade === 'certain' ? scored.bits : undefined;
}

/** Positions of what stewards joined; the list is only walked where they joined anything. */
function stewardGroups(records: RecordList, facts: StewardFacts): readonly number[][] {
  if (facts.groups.length === 0) return [];
  const wanted = new Set(facts.groups.flat());
  const positions = new Map<string, number>();
  for (let at = 0; at < records.length; at++) {
    const id = records.at(at)?.id;
    if (id !== undefined && wanted.has(id)) positions.set(id, at);
  }
  return facts.groups.map((ids) => ids.flatMap((id) => positions.get(id) ?? []));
}

const likeliestFirst = (one: CertainPair, other: CertainPair): number =>
  other.bits - one.bits || one.pair[0] - other.pair[0] || one.pair[1] - other.pair[1];
