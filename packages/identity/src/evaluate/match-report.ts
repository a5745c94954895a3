import type { Clusters } from '../decide/cluster.ts';
import type { Grade } from '../decide/grade.ts';
import type { Judged } from './judge-pairs.ts';
import type { ScoreStep, ScoreTally } from './score-tally.ts';
import { type KnownPersons, truePairs } from './truth.ts';

/** What matching a list came to; plain JSON. Shares are 0 to 1, and null where nothing was divided. */
export interface MatchReport {
  readonly records: number;
  readonly candidatePairs: number;
  /** Part of all pairs that nobody had to compare. */
  readonly reductionRatio: number | null;
  readonly grades: Readonly<Record<Grade, number>>;
  /** Pairs likely enough that only a steward may link. */
  readonly withheld: Readonly<Record<'maybe-family' | 'no-identity-evidence', number>>;
  readonly groups: {
    readonly count: number;
    readonly records: number;
    readonly largest: number;
  };
  readonly steps: readonly ScoreStep[];
  readonly truth?: TruthReport;
}

export interface TruthReport extends Quality {
  /** Part of the true pairs that are among the candidates. */
  readonly pairsCompleteness: number | null;
  /** Of the records that ended in one group. */
  readonly grouped: { readonly precision: number | null; readonly recall: number | null };
  readonly byGroup: readonly (Quality & { readonly group: string })[];
}

/** How well pairs were told apart. */
export interface Quality {
  readonly truePairs: number;
  readonly thresholds: readonly ThresholdQuality[];
  /** Of the pairs graded `certain`. */
  readonly autoLink: { readonly precision: number | null; readonly recall: number | null };
  /** Part of the true pairs that is found and left to a steward. */
  readonly reviewShare: number | null;
}

export interface ThresholdQuality {
  readonly probability: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

export interface Matched {
  /** How many there are. */
  readonly records: number;
  readonly judged: Judged;
  /** Groups of two and more. */
  readonly clusters: Clusters;
  readonly known?: KnownPersons | undefined;
}

export function matchReport({ records, judged, clusters, known }: Matched): MatchReport {
  const { tally, byGroup } = judged;
  const sum = (grade: Grade): number => {
    const { same, different, unknown } = tally.grade(grade);
    return same + different + unknown;
  };
  const all = (records * (records - 1)) / 2;
  return {
    records,
    candidatePairs: tally.pairs,
    reductionRatio: share(all - tally.pairs, all),
    grades: {
      certain: sum('certain'),
      probable: sum('probable'),
      possible: sum('possible'),
      'certainly-not': sum('certainly-not'),
    },
    withheld: {
      'maybe-family': tally.withheld('maybe-family'),
      'no-identity-evidence': tally.withheld('no-identity-evidence'),
    },
    groups: {
      count: clusters.length,
      records: clusters.reduce((count, { length }) => count + length, 0),
      largest: clusters.reduce((most, { length }) => Math.max(most, length), 0),
    },
    steps: tally.steps,
    ...(known === undefined
      ? {}
      : { truth: truthReport({ records, tally, byGroup, clusters, known }) }),
  };
}

interface Judgeable {
  readonly records: number;
  readonly tally: ScoreTally;
  readonly byGroup: ReadonlyMap<string, ScoreTally>;
  readonly clusters: Clusters;
  readonly known: KnownPersons;
}

function truthReport({ records, tally, byGroup, clusters, known }: Judgeable): TruthReport {
  const { personAt, groupAt } = known;
  const pairs = truePairs(records, personAt);
  const candidates = tally.steps.reduce((sum, { counts }) => sum + counts.same, 0);
  const groups = [...byGroup].toSorted(([one], [other]) => one.localeCompare(other));
  return {
    ...qualityOf(tally, pairs),
    pairsCompleteness: share(candidates, pairs),
    grouped: groupedQuality(clusters, personAt, pairs),
    byGroup: groups.map(([group, of]) => {
      const personIn = (at: number): string => (groupAt?.(at) === group ? personAt(at) : '');
      return { group, ...qualityOf(of, truePairs(records, personIn)) };
    }),
  };
}

function qualityOf(tally: ScoreTally, pairs: number): Quality {
  const certain = tally.grade('certain');
  const found = tally.grade('probable').same + tally.grade('possible').same;
  return {
    truePairs: pairs,
    thresholds: tally.thresholds.map(({ probability, counts: { same, different } }) => ({
      probability,
      precision: share(same, same + different),
      recall: share(same, pairs),
      f1: share(2 * same, same + different + pairs),
    })),
    autoLink: {
      precision: share(certain.same, certain.same + certain.different),
      recall: share(certain.same, pairs),
    },
    reviewShare: share(found, pairs),
  };
}

function groupedQuality(
  clusters: Clusters,
  personAt: KnownPersons['personAt'],
  pairs: number,
): TruthReport['grouped'] {
  let linked = 0;
  let right = 0;
  for (const group of clusters) {
    for (const [at, one] of group.entries()) {
      for (const other of group.slice(at + 1)) {
        if (personAt(one) === '' || personAt(other) === '') continue;
        linked++;
        if (personAt(one) === personAt(other)) right++;
      }
    }
  }
  return { precision: share(right, linked), recall: share(right, pairs) };
}
