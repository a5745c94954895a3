import { err, invariant } from '@holdfast/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidatePairs } from '../blocking/candidate-pairs.ts';
import { normalise } from '../normalise/normal-record.ts';
import type { RecordId } from '../record.ts';
import { anyRecord, populationScorer } from '../testing/people.ts';
import { clusterRecords } from './cluster.ts';
import { type StewardFact, stewardFacts } from './steward-facts.ts';

const records = fc
  .array(anyRecord, { minLength: 2, maxLength: 8 })
  .map((made) => made.map((record, at) => normalise({ ...record, id: `${at}` as RecordId })));
const id = fc.integer({ min: 0, max: 7 }).map((at) => `${at}` as RecordId);
const facts = fc.array(
  fc.record({ records: fc.tuple(id, id), verdict: fc.constantFrom('same', 'different') }),
  { maxLength: 6 },
) as fc.Arbitrary<StewardFact[]>;

describe("stewards' facts", () => {
  it('win over every score, or are refused for the fact that contradicts the others', () => {
    fc.assert(
      fc.property(records, facts, (people, said) => {
        const joined = stewardFacts(said);
        if (!joined.ok) {
          expect(joined.error.verdict).toBe('different');
          const without = said.filter(({ verdict }) => verdict === 'same');
          expect(stewardFacts(without).ok).toBe(true);
          return;
        }
        const clusters = clusterRecords({
          records: people,
          pairs: candidatePairs(people),
          score: populationScorer(),
          facts: joined.value,
        });
        const groupOf = new Map(clusters.flatMap((group) => group.map((at) => [`${at}`, group])));
        for (const { records: pair, verdict } of said) {
          const [one, other] = pair.map((each) => groupOf.get(each));
          if (one === undefined || other === undefined) continue;
          expect(one === other).toBe(verdict === 'same');
        }
      }),
    );
  });

  it('follow in steps: what is the same as one told apart is told apart', () => {
    const [a, b, c] = ['a', 'b', 'c'] as RecordId[] as [RecordId, RecordId, RecordId];
    const same: StewardFact = { records: [a, b], verdict: 'same' };
    const joined = stewardFacts([same, { records: [b, c], verdict: 'different' }]);
    invariant(joined.ok, 'these facts agree');
    expect([joined.value.verdict(a, c), joined.value.verdict(c, a)]).toEqual([
      'different',
      'different',
    ]);
    const against: StewardFact = { records: [a, b], verdict: 'different' };
    expect(stewardFacts([against, same])).toEqual(err(against));
  });
});
