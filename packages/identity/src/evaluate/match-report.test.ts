import { describe, expect, it } from 'vitest';
import { BlockIndex } from '../blocking/block-index.ts';
import { joinRecords } from '../decide/cluster.ts';
import { stewardFacts } from '../decide/steward-facts.ts';
import { population, populationScorer } from '../testing/people.ts';
import { judgePairs } from './judge-pairs.ts';
import { matchReport } from './match-report.ts';
import { reportPage } from './report-page.ts';
import { type KnownPersons, truePairs } from './truth.ts';

const records = population();
/** `12-copy` is `12`. */
const personAt = (at: number): string => records[at]?.id.split('-')[0] ?? '';
const noFacts = stewardFacts([]);

function report(known?: KnownPersons): ReturnType<typeof matchReport> {
  const index = new BlockIndex(records);
  const score = populationScorer();
  const judged = judgePairs({ records, index, score, ...(known === undefined ? {} : { known }) });
  if (!noFacts.ok) throw new Error('no facts agree');
  const groups = joinRecords({ records, certain: judged.certain, score, facts: noFacts.value });
  return matchReport({ records: records.length, judged, clusters: groups, known });
}

describe('a match report', () => {
  it('counts every pair once, and says of what nobody knows that nobody knows', () => {
    const { steps, candidatePairs, truth, grades } = report();
    const counted = steps.reduce((sum, { counts }) => sum + counts.unknown, 0);
    expect(counted).toBe(candidatePairs);
    expect(Object.values(grades).reduce((sum, count) => sum + count, 0)).toBe(candidatePairs);
    expect(truth).toBeUndefined();
  });

  it('judges by the truth where it is known', () => {
    const { truth } = report({ personAt });
    expect(truth?.truePairs).toBe(50);
    expect(truth?.pairsCompleteness).toBe(1);
    expect(truth?.autoLink.precision).toBe(1);
    const half = truth?.thresholds.find(({ probability }) => probability === 0.5);
    expect(half?.f1).toBeGreaterThan(0.95);
    const recalls = truth?.thresholds.map(({ recall }) => recall ?? 0) ?? [];
    expect(recalls).toEqual(recalls.toSorted((one, other) => other - one));
  });

  it('calls it wrong where the truth says so', () => {
    const { truth } = report({ personAt: (at) => `${at}` });
    expect(truth?.truePairs).toBe(0);
    expect(truth?.autoLink.precision).toBe(0);
    expect(truth?.pairsCompleteness).toBeNull();
  });

  it('tells groups apart', () => {
    const groupAt = (at: number): string => (Number(personAt(at)) % 2 === 0 ? 'even' : 'odd');
    const { truth } = report({ personAt, groupAt });
    expect(truth?.byGroup.map(({ group, truePairs: pairs }) => [group, pairs])).toEqual([
      ['even', 25],
      ['odd', 25],
    ]);
  });

  it('divides nothing by nothing for an empty list', () => {
    const index = new BlockIndex([]);
    const judged = judgePairs({ records: [], index, score: populationScorer() });
    expect(matchReport({ records: 0, judged, clusters: [] }).reductionRatio).toBeNull();
  });

  it('becomes a page that runs nothing a table says', () => {
    const named = { ...report({ personAt, groupAt: () => '<script>' }) };
    const page = reportPage('A & <b>', named);
    expect(page).toContain('<h1>A &amp; &lt;b></h1>');
    expect(page).not.toContain('<script>');
    expect(page.match(/<svg /g)).toHaveLength(1);
  });
});

describe('true pairs', () => {
  it('grow with the square of a person’s records, and leave out whom nobody knows', () => {
    const persons = ['a', 'a', 'a', 'b', '', ''];
    expect(truePairs(persons.length, (at) => persons[at] ?? '')).toBe(3);
  });
});
