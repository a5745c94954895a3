import { invariant } from '@holdfast/kernel';
import { describe, expect, it } from 'vitest';
import type { Pair } from '../blocking/block-index.ts';
import { candidatePairs } from '../blocking/candidate-pairs.ts';
import { identityLimits } from '../limits.ts';
import type { NormalRecord } from '../normalise/normal-record.ts';
import type { RecordId } from '../record.ts';
import { person, populationScorer } from '../testing/people.ts';
import { type Clusters, clusterRecords } from './cluster.ts';
import { type StewardFact, stewardFacts } from './steward-facts.ts';

const known = {
  given: 'Emeka',
  family: 'Okafor',
  birthDate: '1979-08-21',
  houseNumber: '12',
  addressLines: ['Mill Lane'],
  postcode: '10124',
};
const stranger = { given: 'Hanna', family: 'Silva', birthDate: '1946-01-09' };

const fact = (one: string, other: string, verdict: StewardFact['verdict']): StewardFact => ({
  records: [one as RecordId, other as RecordId],
  verdict,
});

function clustersOf(
  records: readonly NormalRecord[],
  facts: readonly StewardFact[] = [],
  pairs: readonly Pair[] = candidatePairs(records),
): Clusters {
  const joined = stewardFacts(facts);
  invariant(joined.ok, 'the facts of this test agree');
  return clusterRecords({ records, pairs, score: populationScorer(), facts: joined.value });
}

describe('clusters', () => {
  it('hold the records of one person, and strangers alone', () => {
    const records = [person('a', known), person('b', stranger), person('c', known)];
    expect(clustersOf(records)).toEqual([[0, 2], [1]]);
  });

  it('keep what a steward told apart apart, however alike it is', () => {
    const records = [person('a', known), person('b', known)];
    expect(clustersOf(records)).toEqual([[0, 1]]);
    expect(clustersOf(records, [fact('b', 'a', 'different')])).toEqual([[0], [1]]);
  });

  it('join what a steward said is the same, however unlike it is', () => {
    const records = [person('a', known), person('b', stranger)];
    expect(clustersOf(records)).toEqual([[0], [1]]);
    expect(clustersOf(records, [fact('a', 'b', 'same')])).toEqual([[0, 1]]);
  });

  it('do not join two whom a steward told apart through a third', () => {
    const records = [person('a', known), person('b', known), person('c', known)];
    const clusters = clustersOf(records, [fact('a', 'c', 'different')]);
    expect(clusters.find((cluster) => cluster.includes(0))).not.toContain(2);
  });

  it('do not join twins through a record that matches both', () => {
    const identifiers = [{ system: 'insurance', value: 'F-1' }];
    const { given: _, ...nameless } = known;
    const records = [
      person('a', { ...known, identifiers }),
      person('b', { ...nameless, identifiers }),
      person('c', { ...known, identifiers, given: 'Ifeoma' }),
    ];
    const clusters = clustersOf(records);
    expect(new Set(clusters.flat())).toEqual(new Set([0, 1, 2]));
    expect(clusters.find((cluster) => cluster.includes(0))).not.toContain(2);
    expect(clusters).toHaveLength(2);
  });

  it('do not grow along a chain whose ends are unlike', () => {
    const [mrn, ssn] = [
      { system: 'mrn', value: '1111111' },
      { system: 'ssn', value: '7654321' },
    ];
    const { given, family } = stranger;
    const records = [
      person('a', { ...stranger, gender: 'female', postcode: '10124', identifiers: [mrn] }),
      person('b', { given, family, identifiers: [mrn, ssn] }),
      person('c', {
        given,
        family,
        birthDate: '1999-12-24',
        gender: 'male',
        postcode: '20999',
        identifiers: [ssn],
      }),
    ];
    expect(clustersOf(records.slice(0, 2))).toEqual([[0, 1]]);
    expect(clustersOf(records.slice(1))).toEqual([[0, 1]]);
    expect(clustersOf(records)).toHaveLength(2);
  });

  it('hold at most as many records as the limit, and the rest apart', () => {
    const most = identityLimits.recordsPerCluster;
    const records = Array.from({ length: most + 1 }, (_, at) => person(`${at}`, known));
    const sizes = (count: number): number[] =>
      clustersOf(records.slice(0, count)).map(({ length }) => length);
    expect(sizes(most)).toEqual([most]);
    expect(Math.max(...sizes(most + 1))).toBeLessThanOrEqual(most);
  });

  it('do not depend on the order of the pairs', () => {
    const records = ['a', 'b', 'c', 'd'].map((id, at) =>
      person(id, { ...known, postcode: at % 2 === 0 ? '10124' : '10125' }),
    );
    const pairs = candidatePairs(records);
    expect(clustersOf(records, [], pairs.toReversed())).toEqual(clustersOf(records, [], pairs));
  });
});
