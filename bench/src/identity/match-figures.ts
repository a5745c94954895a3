import {
  BlockIndex,
  joinRecords,
  judgePairs,
  type KnownPersons,
  type MatchReport,
  matchReport,
  type RecordList,
  scorerOf,
  stewardFacts,
  train,
} from '@holdfast/identity';

export interface Measured {
  readonly report: MatchReport;
  /** Of blocking, training, comparing and grouping. */
  readonly seconds: number;
  /** Processor time of the same. */
  readonly cpuSeconds: number;
}

/** Trains on the list without its truth, matches it, and judges by the truth. */
export function measureMatch(
  records: RecordList,
  known: KnownPersons,
  log: (line: string) => void,
): Measured {
  const facts = stewardFacts([]);
  if (!facts.ok) throw new Error('no facts contradict each other');
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  const index = new BlockIndex(records);
  log(`${records.length} records, at most ${index.pairsMost} pairs`);
  const score = scorerOf(train(records, index));
  const judged = judgePairs({ records, index, score, known });
  const clusters = joinRecords({ records, certain: judged.certain, score, facts: facts.value });
  const seconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const report = matchReport({ records: records.length, judged, clusters, known });
  return { report, seconds, cpuSeconds: (user + system) / 1e6 };
}

/** Where a pair is likelier one person than not. */
export const f1Of = ({ truth }: MatchReport): number =>
  truth?.thresholds.find(({ probability }) => probability === 0.5)?.f1 ?? 0;
