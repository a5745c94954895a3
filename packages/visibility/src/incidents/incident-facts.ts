import type { CauseCode } from '../causes.ts';
import type { ExposureFacts, FactName, Headcount, Jurisdiction } from '../exposure/facts.ts';
import type { Incident } from './incident.ts';

/** What the organisation is, once for all incidents. */
export interface OrganisationProfile {
  readonly answers: Readonly<Partial<Record<FactName, boolean>>>;
  /** IANA name; days of clocks end there. */
  readonly timeZone: string;
}

/** Who is affected, counted. */
export interface AffectedCounts {
  readonly affected: Headcount;
  readonly residents: Readonly<Partial<Record<Jurisdiction, Headcount>>>;
  readonly residenceUnknown: number;
}

/** What a cause says by itself: an answer of a person stands above it. */
const IMPLIED: Readonly<Partial<Record<CauseCode, Partial<Record<FactName, boolean>>>>> = {
  'postgres-unavailable': { unavailable: true },
  'event-dead-letter': { unavailable: true },
};

export function exposureFactsOf(
  incident: Incident,
  profile: OrganisationProfile,
  counts: AffectedCounts,
): ExposureFacts {
  const implied = incident.signals.map(({ cause }) => IMPLIED[cause] ?? {});
  return {
    answers: Object.assign({}, profile.answers, ...implied, incident.answers) as Partial<
      Record<FactName, boolean>
    >,
    anchors: incident.anchors,
    holds: incident.holds,
    timeZone: profile.timeZone,
    ...counts,
  };
}
