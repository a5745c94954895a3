import { writeFile } from 'node:fs/promises';
import {
  BlockIndex,
  type Clusters,
  FIELDS,
  type Judging,
  joinRecords,
  judgePairs,
  type MatchParameters,
  type MatchReport,
  matchReport,
  type RecordList,
  reportPage,
  type StewardFacts,
  scorerOf,
  train,
} from '@holdfast/identity';
import { CommandFailure } from '../exit.ts';
import { Progress } from '../progress.ts';
import { parametersIn } from './read-parameters.ts';
import type { Table } from './read-records.ts';

export interface ListMatch {
  readonly report: MatchReport;
  readonly groups: Clusters;
  readonly seconds: number;
}

export interface ListOptions {
  readonly table: Table;
  readonly facts: StewardFacts;
  /** A file of kept parameters; without it the list trains its own. */
  readonly parameters: string | undefined;
  readonly onLikely?: NonNullable<Judging['onLikely']>;
}

/** Trains where nothing was kept, compares, and groups: all with progress on standard error. */
export async function matchList(options: ListOptions): Promise<ListMatch> {
  const { table, facts, onLikely } = options;
  const { records, known } = table;
  const startedMs = performance.now();
  const index = new BlockIndex(records);
  const { parameters: kept } = options;
  const parameters = kept === undefined ? trained(records, index) : await parametersIn(kept);
  const score = scorerOf(parameters);
  const progress = new Progress(index.pairsMost, 'pairs at most');
  progress.start('Comparing');
  const judged = judgePairs({
    records,
    index,
    score,
    ...(known === undefined ? {} : { known }),
    ...(onLikely === undefined ? {} : { onLikely }),
    onProgress: (pairs) =>
      progress.update(pairs, `${Math.round(pairs / progress.seconds)} a second`),
  });
  const groups = joinRecords({ records, certain: judged.certain, score, facts });
  const report = matchReport({ records: records.length, judged, clusters: groups, known });
  return { report, groups, seconds: (performance.now() - startedMs) / 1_000 };
}

/** @throws CommandFailure where there are too few records to learn from */
export function trained(records: RecordList, index = new BlockIndex(records)): MatchParameters {
  process.stderr.write(`Training on ${records.length} records, ${FIELDS.length} fields\n`);
  if (records.length < 2) {
    throw new CommandFailure('There are fewer than two records.', 'Name a longer list.');
  }
  return train(records, index);
}

/** Plain JSON, indented: it is meant to be read and compared. */
export async function writeParameters(file: string, parameters: MatchParameters): Promise<void> {
  await writeFile(file, `${JSON.stringify(parameters, null, 2)}\n`);
}

/** @throws CommandFailure where the file cannot be written */
export async function writePage(file: string, title: string, report: MatchReport): Promise<void> {
  await writeFile(file, reportPage(title, report));
}
