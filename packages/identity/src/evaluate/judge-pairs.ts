import type { BlockIndex, Pair } from '../blocking/block-index.ts';
import type { CertainPair } from '../decide/cluster.ts';
import { gradeOf, type Judgement } from '../decide/grade.ts';
import type { Score, Scorer } from '../model/scorer.ts';
import type { RecordList } from '../record-list.ts';
import { ScoreTally, type Truth } from './score-tally.ts';
import type { KnownPersons } from './truth.ts';

export interface Judging {
  readonly records: RecordList;
  readonly index: BlockIndex;
  readonly score: Scorer;
  readonly known?: KnownPersons;
  /** Told of every pair that is not `certainly-not`; what it does with it is its own. */
  readonly onLikely?: (pair: Pair, score: Score, judgement: Judgement) => void;
  /** Told from time to time how many pairs were judged. */
  readonly onProgress?: (pairs: number) => void;
}

export interface Judged {
  readonly tally: ScoreTally;
  readonly certain: readonly CertainPair[];
  /** One tally for each group of records, where groups are known; pairs across groups are in none. */
  readonly byGroup: ReadonlyMap<string, ScoreTally>;
}

const PROGRESS_EVERY = 2 ** 16;

/** Scores and grades every candidate pair once. Keeps the certain ones and counts of the rest. */
export function judgePairs(judging: Judging): Judged {
  const { records, index, score, known } = judging;
  const tally = new ScoreTally();
  const byGroup = new Map<string, ScoreTally>();
  const certain: CertainPair[] = [];
  for (const pair of index.pairs()) {
    const one = records.at(pair[0]);
    const other = records.at(pair[1]);
    if (one === undefined || other === undefined) continue;
    const scored = score(one, other);
    const judgement = gradeOf(scored);
    const truth = truthOf(pair, known);
    tally.add(scored, judgement, truth);
    groupTally(pair, known, byGroup)?.add(scored, judgement, truth);
    if (judgement.grade === 'certain') certain.push({ pair, bits: scored.bits });
    if (judgement.grade !== 'certainly-not') judging.onLikely?.(pair, scored, judgement);
    if (tally.pairs % PROGRESS_EVERY === 0) judging.onProgress?.(tally.pairs);
  }
  return { tally, certain, byGroup };
}

function truthOf([one, other]: Pair, known: KnownPersons | undefined): Truth {
  const person = known?.personAt(one) ?? '';
  const otherPerson = known?.personAt(other) ?? '';
  if (person === '' || otherPerson === '') return 'unknown';
  return person === otherPerson ? 'same' : 'different';
}

function groupTally(
  [one, other]: Pair,
  known: KnownPersons | undefined,
  byGroup: Map<string, ScoreTally>,
): ScoreTally | undefined {
  const group = known?.groupAt?.(one) ?? '';
  if (group === '' || group !== known?.groupAt?.(other)) return undefined;
  const tally = byGroup.get(group) ?? new ScoreTally();
  byGroup.set(group, tally);
  return tally;
}
