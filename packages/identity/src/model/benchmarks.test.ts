import { describe, expect, it } from 'vitest';
import { candidatePairs } from '../blocking/candidate-pairs.ts';
import { gradeOf } from '../decide/grade.ts';
import { normalise } from '../normalise/normal-record.ts';
import {
  benchmarksPresent,
  fake1000,
  febrl,
  type JudgedRecord,
} from '../testing/benchmark-records.ts';
import { scorerOf } from './scorer.ts';
import { train } from './training.ts';

interface Judged {
  readonly f1: number;
  /** Part of the automatic links that are right. */
  readonly certainPrecision: number;
  /** Part of all true pairs that were linked automatically. */
  readonly certainRecall: number;
}

const LIKELIER_THAN_NOT = 0.5;

/** Trains without the truth, then judges every pair against it. */
function judge(judged: readonly JudgedRecord[]): Judged {
  const records = judged.map(({ record }) => normalise(record));
  const score = scorerOf(train(records));
  const found = { all: 0, right: 0 };
  const certain = { all: 0, right: 0 };
  for (const [at, otherAt] of candidatePairs(records)) {
    const [one, other] = [records[at], records[otherAt]];
    if (one === undefined || other === undefined) continue;
    const scored = score(one, other);
    const right = judged[at]?.person === judged[otherAt]?.person ? 1 : 0;
    if (scored.probability > LIKELIER_THAN_NOT) {
      found.all++;
      found.right += right;
    }
    if (gradeOf(scored).grade !== 'certain') continue;
    certain.all++;
    certain.right += right;
  }
  const truth = truePairs(judged);
  return {
    f1: (2 * found.right) / (found.all + truth),
    certainPrecision: certain.right / certain.all,
    certainRecall: certain.right / truth,
  };
}

function truePairs(judged: readonly JudgedRecord[]): number {
  const counts = new Map<string, number>();
  for (const { person } of judged) counts.set(person, (counts.get(person) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
}

describe.skipIf(!benchmarksPresent())('training without truth', () => {
  it.each([
    { name: 'febrl3', records: febrl('febrl_dataset3.csv'), f1: 0.999, recall: 0.7 },
    {
      name: 'febrl4',
      records: febrl('febrl_dataset4a.csv', 'febrl_dataset4b.csv'),
      f1: 0.999,
      recall: 0.82,
    },
    { name: 'fake_1000', records: fake1000(), f1: 0.93, recall: 0.18 },
  ])('finds the pairs of $name and links none wrongly', ({ records, f1, recall }) => {
    const judged = judge(records);
    expect(judged.f1).toBeGreaterThanOrEqual(f1);
    expect(judged.certainPrecision).toBe(1);
    expect(judged.certainRecall).toBeGreaterThanOrEqual(recall);
  });
});
