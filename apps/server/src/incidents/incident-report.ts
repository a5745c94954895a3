import type {
  Incident as IncidentAnswer,
  IncidentDetail,
  IncidentSuspect,
  LocatedCause,
  TimelineEntry,
} from '@holdfast/api-contract';
import {
  type AffectedCounts,
  ANCHORS,
  type Anchor,
  CAUSES,
  type Change,
  causeFirst,
  type DutyVerdict,
  evidenceInWords,
  exposureFactsOf,
  exposureOf,
  type FactName,
  type Finding,
  type FoundCause,
  type Incident,
  type IncidentEntry,
  type IncidentRecord,
  incidentAt,
  type OrganisationProfile,
  QUESTIONS,
  REGULATIONS,
  rankSuspects,
  safetyRating,
  whereInWords,
} from '@holdfast/visibility';

/** Whom an incident reached, by number. */
export interface Impact extends AffectedCounts {
  /** All places that people are known to live in, with those no regulation asks about. */
  readonly places: readonly { readonly place: string; readonly count: number }[];
}

export interface ReportContext {
  readonly at: Date;
  readonly impact: Impact;
  readonly profile: OrganisationProfile;
  /** What attempts say now; null where they say nothing, or the question is about the past. */
  readonly live: Finding | null;
  readonly changes: readonly Change[];
}

/** Changes that are shown: what comes later in the ranking is hardly one. */
const SUSPECTS_SHOWN = 5;

/** An incident for a list. */
export function incidentAnswer(incident: Incident, patients: number): IncidentAnswer {
  return { ...headOf(incident), patients: { count: patients } };
}

/** The whole picture, as it was known at an instant; null before the incident was opened. */
export function incidentReport(
  record: IncidentRecord,
  context: ReportContext,
): IncidentDetail | null {
  const { at, impact, profile, changes } = context;
  const incident = incidentAt(record, at);
  if (incident === null) return null;
  const facts = exposureFactsOf(incident, profile, impact);
  const duties = exposureOf(REGULATIONS, facts);
  const patients = impact.affected.confirmed;
  const located = context.live ?? incident.located;
  return {
    ...headOf(incident),
    asOf: at.toISOString(),
    located: located === null ? null : locatedAnswer(located),
    suspects: suspectsOf(incident, { changes, located, at }),
    impact: {
      count: patients,
      residents: impact.places.map(({ place, count }) => ({ place, count })),
      residenceUnknown: impact.residenceUnknown,
    },
    safety: incident.rated === null ? null : safetyRating({ ...incident.rated, patients }),
    duties: duties.map(dutyAnswer),
    questions: questionsOf(duties, facts.answers),
    anchors: Object.entries(ANCHORS).map(([name, question]) => ({
      name,
      question,
      instant: incident.anchors[name as Anchor]?.toISOString() ?? null,
    })),
    timeline: record.entries.filter((entry) => entry.at <= at).map(timelineEntry),
  };
}

function headOf(incident: Incident): Omit<IncidentAnswer, 'patients'> {
  const { id, status, severity, cause, openedAt, closedAt, owner } = incident;
  const { summary, nextStep } = CAUSES[cause];
  return {
    id,
    status,
    severity,
    cause,
    summary,
    nextStep,
    openedAt: openedAt.toISOString(),
    ...(closedAt !== null && { closedAt: closedAt.toISOString() }),
    ...(owner !== null && { owner }),
    causes: causeFirst(incident.signals).map((signal) => ({
      signal: signal.id,
      cause: signal.cause,
      summary: CAUSES[signal.cause].summary,
      since: signal.since.toISOString(),
      ...(signal.endedAt !== null && { endedAt: signal.endedAt.toISOString() }),
    })),
  };
}

function locatedAnswer({ observed, causes, alternatives }: Finding): IncidentDetail['located'] {
  return {
    observed,
    causes: causes.map(causeAnswer),
    alternatives: alternatives.map(causeAnswer),
  };
}

const pairsOf = (where: FoundCause['where']): LocatedCause['where'] =>
  Object.entries(where).map(([attribute, value]) => ({ attribute, value }));

function causeAnswer(cause: FoundCause): LocatedCause {
  const { where, inside, outside, riskRatio, explains, sameAs } = cause;
  return {
    where: pairsOf(where),
    summary: whereInWords(where),
    evidence: evidenceInWords(cause),
    inside,
    outside,
    riskRatio,
    explains,
    sameAs: sameAs.map(pairsOf),
  };
}

function suspectsOf(
  incident: Incident,
  known: {
    readonly changes: readonly Change[];
    readonly located: Finding | null;
    readonly at: Date;
  },
): IncidentSuspect[] {
  const onset = incident.anchors.occurred ?? incident.openedAt;
  const causes = known.located?.causes.map(({ where }) => where) ?? [];
  return rankSuspects(
    known.changes.filter((change) => change.at <= known.at),
    { onset, causes },
  )
    .slice(0, SUSPECTS_SHOWN)
    .map(({ change: { kind, at, what }, beforeMs, match, score }) => ({
      kind,
      at: at.toISOString(),
      what,
      beforeSeconds: beforeMs / 1_000,
      match,
      score,
    }));
}

function dutyAnswer({
  regulation,
  duty,
  verdict,
  missing,
  deadline,
  missingAnchor,
}: DutyVerdict): IncidentDetail['duties'][number] {
  const { id, title, jurisdiction } = regulation;
  return {
    regulation: { id, title, jurisdiction },
    id: duty.id,
    notify: duty.notify,
    citation: duty.citation,
    verdict,
    missing: [...missing],
    ...(deadline !== null && {
      clock: {
        startedAt: deadline.startedAt.toISOString(),
        startedBy: deadline.startedBy,
        provisional: deadline.provisional,
        dueBefore: deadline.dueBefore.toISOString(),
        ...(deadline.heldUntil !== null && { heldUntil: deadline.heldUntil.toISOString() }),
      },
    }),
    ...(missingAnchor !== null && { missingAnchor }),
    toBeConfirmed: duty.reading === 'to-be-confirmed',
  };
}

/** What is asked for first settles most; what was answered stays, to be changed. */
function questionsOf(
  duties: readonly DutyVerdict[],
  answers: Readonly<Partial<Record<FactName, boolean>>>,
): IncidentDetail['questions'] {
  return (Object.keys(QUESTIONS) as FactName[])
    .map((name) => ({
      name,
      question: QUESTIONS[name],
      answer: answers[name] ?? null,
      settles: duties.filter(({ missing }) => missing.includes(name)).length,
    }))
    .filter(({ answer, settles }) => answer !== null || settles > 0)
    .toSorted((a, b) => b.settles - a.settles);
}

function timelineEntry({ at, author, entry }: IncidentEntry): TimelineEntry {
  return {
    at: at.toISOString(),
    ...(author !== null && { author }),
    kind: entry.kind,
    text: wordsOf(entry),
  };
}

function wordsOf(entry: IncidentEntry['entry']): string {
  switch (entry.kind) {
    case 'signal-joined':
      return `${CAUSES[entry.cause].summary}, since ${entry.since.toISOString()}`;
    case 'signal-ended':
      return `A failure ended at ${entry.endedAt.toISOString()}`;
    case 'located': {
      const [first] = entry.finding.causes;
      return first === undefined
        ? 'Attempts do not set the failures apart from what succeeds'
        : `Failures are at ${whereInWords(first.where)}: ${evidenceInWords(first)}`;
    }
    case 'acknowledged':
      return 'Taken up';
    case 'owned':
      return `Handed to ${entry.owner}`;
    case 'noted':
      return entry.text;
    case 'answered': {
      const answer = entry.answer === null ? 'Withdrawn' : entry.answer ? 'Yes' : 'No';
      return `${QUESTIONS[entry.question]} ${answer}: ${entry.because}`;
    }
    case 'anchored':
      return `${ANCHORS[entry.anchor]} ${entry.instant.toISOString()}: ${entry.because}`;
    case 'held':
      return `Law enforcement asked, ${entry.form === 'oral' ? 'by word of mouth' : 'in writing'}, for delay until ${entry.until.toISOString()}`;
    case 'rated':
      return `Could do ${entry.harm} harm, likelihood ${entry.likelihood}: ${entry.because}`;
    case 'closed':
      return `Closed: ${entry.because}`;
    case 'reopened':
      return `Opened again: ${entry.because}`;
  }
}
