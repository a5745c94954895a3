import type { Localisation, Suspicion, Where } from './localise.ts';
import type { Tally } from './observation.ts';

/** A combination of attribute values as it stands in a timeline: counts, no attempts, no people. */
export interface FoundCause {
  readonly where: Where;
  readonly inside: Tally;
  readonly outside: Tally;
  readonly riskRatio: { readonly estimate: number; readonly low: number; readonly high: number };
  /** Share of the failures beyond the usual. */
  readonly explains: number;
  readonly sameAs: readonly Where[];
}

/** What attempts say of where failures are. */
export interface Finding {
  readonly observed: Tally;
  /** The weightiest first; empty = nothing stands out. */
  readonly causes: readonly FoundCause[];
  /** What else it might be. */
  readonly alternatives: readonly FoundCause[];
}

export function findingOf({ observed, causes, alternatives }: Localisation): Finding {
  const sameNames = new Set(causes.flatMap(({ sameAs }) => sameAs.map(whereInWords)));
  return {
    observed,
    causes: causes.map(foundCause),
    // Another name of the same is no alternative, and a person reads no more than two.
    alternatives: alternatives
      .filter(({ where }) => !sameNames.has(whereInWords(where)))
      .slice(0, 2)
      .map(foundCause),
  };
}

const foundCause = (suspicion: Suspicion): FoundCause => {
  const { where, inside, outside, riskRatio, explains, sameAs } = suspicion;
  return { where, inside, outside, riskRatio, explains, sameAs };
};

/** A combination in words: `component inference and tier 0`. */
export const whereInWords = (where: Where): string =>
  Object.keys(where)
    .sort()
    .map((name) => `${name} ${where[name]}`)
    .join(' and ');

/** What speaks for it, in words. */
export function evidenceInWords({ inside, outside, riskRatio, explains }: FoundCause): string {
  const of = (tally: Tally) => `${tally.failed} of ${tally.failed + tally.succeeded} failed`;
  const times = (one: number) => (one >= 1_000 ? 'over 1000' : String(Number(one.toPrecision(2))));
  const ratio = `${times(riskRatio.estimate)} times as likely (95 %: ${times(riskRatio.low)} to ${times(riskRatio.high)})`;
  const share = `${Math.round(explains * 100)} % of the failures`;
  return `${of(inside)}, elsewhere ${of(outside)}: ${ratio}; explains ${share}`;
}
