import type { Tier } from '../clinical/tier.ts';
import type { Pipeline } from '../pipelines/pipeline.ts';

/** One stored result, as whoever asks may see it. */
export interface StoredResult {
  /** Id of the inference record. */
  readonly inferenceId: string;
  /** Id of the pipeline that made it. */
  readonly pipeline: string;
  readonly tier: Tier;
  /** A lower rung answered than was asked for. */
  readonly degraded: boolean;
  readonly finishedAt: Date;
  /** The moment it speaks of: of the measurement or the answers. */
  readonly asOf: Date;
  /** Literal reference of its RiskAssessment. */
  readonly resource: string;
  /** The words of its RiskAssessment. */
  readonly note: string;
}

/** A card of CDS Hooks 2.0 (https://cds-hooks.hl7.org/2.0/#card-attributes). */
export interface Card {
  readonly uuid: string;
  readonly summary: string;
  readonly indicator: 'info' | 'warning' | 'critical';
  readonly detail: string;
  readonly source: { readonly label: string; readonly topic: Coding };
  readonly overrideReasons: readonly Coding[];
}

interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

/** Cards past the first few are not read. */
export const CARDS_MAX = 5;
/** CDS Hooks 2.0: a summary has fewer than 140 characters. */
const SUMMARY_MAX = 139;
const HOUR_MS = 3_600_000;

const INDICATORS: Readonly<Record<Tier, Card['indicator']>> = {
  0: 'critical',
  1: 'warning',
  2: 'info',
  3: 'info',
};

export const OVERRIDE_REASON_SYSTEM = 'urn:holdfast:card-override-reason';

/** What a clinician may answer a card with; free words go beside it. */
export const OVERRIDE_REASONS: readonly Coding[] = [
  { system: OVERRIDE_REASON_SYSTEM, code: 'already-acted', display: 'Acted on already' },
  {
    system: OVERRIDE_REASON_SYSTEM,
    code: 'not-applicable',
    display: 'Does not apply to this patient',
  },
  { system: OVERRIDE_REASON_SYSTEM, code: 'data-wrong', display: 'The data it rests on is wrong' },
  { system: OVERRIDE_REASON_SYSTEM, code: 'disagree', display: 'Clinical judgement differs' },
];

/**
 * The cards that stored results call for, the most urgent first: of each pipeline the result that
 * speaks of the newest moment, while it says how the patient is. Nothing is computed here, so the hook
 * answers at the cost of a read.
 */
export function cardsOf(
  results: readonly StoredResult[],
  { pipelines, now }: { readonly pipelines: readonly Pipeline[]; readonly now: Date },
): readonly Card[] {
  const newest = new Map<string, StoredResult>();
  for (const result of results) {
    const known = newest.get(result.pipeline);
    if (known === undefined || isNewer(result, known)) {
      newest.set(result.pipeline, result);
    }
  }
  return [...newest.values()]
    .flatMap((result) => {
      const pipeline = pipelines.find(({ id }) => id === result.pipeline);
      return pipeline !== undefined && isCurrent(result, pipeline, now)
        ? [{ result, pipeline }]
        : [];
    })
    .sort(
      (a, b) => a.result.tier - b.result.tier || b.result.asOf.getTime() - a.result.asOf.getTime(),
    )
    .slice(0, CARDS_MAX)
    .map(({ result, pipeline }) => cardOf(result, pipeline));
}

/** Of one moment, what was computed last: a correction takes the place of what it corrects. */
function isNewer(one: StoredResult, other: StoredResult): boolean {
  const byMoment = one.asOf.getTime() - other.asOf.getTime();
  return byMoment > 0 || (byMoment === 0 && one.finishedAt > other.finishedAt);
}

function isCurrent({ asOf }: StoredResult, { currentForHours }: Pipeline, now: Date): boolean {
  return now.getTime() - asOf.getTime() <= currentForHours * HOUR_MS;
}

function cardOf(result: StoredResult, { id, version, title }: Pipeline): Card {
  const { inferenceId, tier, degraded, finishedAt, asOf, resource, note } = result;
  const first = note.split(/(?<=\.)\s/, 1)[0] ?? title;
  return {
    uuid: inferenceId,
    summary: shortened(degraded ? `Degraded: ${first}` : first),
    indicator: INDICATORS[tier],
    detail: `${note}\n\nAs of ${asOf.toISOString()}; computed ${finishedAt.toISOString()}, stored as ${resource}.`,
    source: {
      label: `Holdfast, ${title}`,
      topic: {
        system: 'urn:holdfast:inference-pipeline',
        code: `${id}@${version}`,
        display: title,
      },
    },
    overrideReasons: OVERRIDE_REASONS,
  };
}

const shortened = (text: string): string =>
  text.length <= SUMMARY_MAX ? text : `${text.slice(0, SUMMARY_MAX - 1)}…`;
