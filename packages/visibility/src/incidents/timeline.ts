import { invariant } from '@holdfast/kernel';
import { CAUSES } from '../causes.ts';
import type { Anchor, FactName, LawEnforcementHold } from '../exposure/facts.ts';
import { causeFirst, graver } from './cause-chain.ts';
import type { Incident, IncidentEntry, IncidentRecord, IncidentSignal } from './incident.ts';

type Draft = { -readonly [Field in keyof Incident]: Incident[Field] } & {
  readonly signals: IncidentSignal[];
  readonly answers: Partial<Record<FactName, boolean>>;
  readonly anchors: Partial<Record<Anchor, Date>>;
  readonly holds: LawEnforcementHold[];
};

/**
 * The incident as it was known at that instant: later entries are left out, so that a decision can
 * be judged by what its maker could know.
 *
 * @returns null before the incident was opened
 */
export function incidentAt(record: IncidentRecord, at: Date): Incident | null {
  const known = record.entries.filter((entry) => entry.at <= at);
  const [first] = known;
  if (first === undefined) return null;
  const draft = opened(record, first);
  for (const entry of known) apply(draft, entry);
  const [cause] = causeFirst(draft.signals);
  invariant(cause !== undefined, 'VIS-7 an incident is opened by a signal');
  draft.cause = cause.cause;
  draft.severity = draft.signals
    .map((signal) => CAUSES[signal.cause].severity)
    .reduce(graver, 'minor');
  return draft;
}

function opened({ id, tenant }: IncidentRecord, { at, entry }: IncidentEntry): Draft {
  invariant(entry.kind === 'signal-joined', 'VIS-7 an incident is opened by a signal');
  return {
    id,
    tenant,
    openedAt: at,
    closedAt: null,
    status: 'open',
    owner: null,
    severity: 'minor',
    cause: entry.cause,
    signals: [],
    located: null,
    answers: {},
    anchors: {},
    holds: [],
    rated: null,
  };
}

function apply(draft: Draft, { at, author, entry }: IncidentEntry): void {
  switch (entry.kind) {
    case 'signal-joined':
      draft.signals.push({
        id: entry.signal,
        cause: entry.cause,
        since: entry.since,
        endedAt: null,
      });
      draft.anchors.occurred = earlier(draft.anchors.occurred, entry.since);
      draft.anchors.detected = earlier(draft.anchors.detected, entry.since);
      return;
    case 'signal-ended': {
      const index = draft.signals.findIndex(({ id }) => id === entry.signal);
      const signal = draft.signals[index];
      if (signal !== undefined) draft.signals[index] = { ...signal, endedAt: entry.endedAt };
      return;
    }
    case 'located':
      draft.located = entry.finding;
      return;
    case 'acknowledged':
      draft.status = 'acknowledged';
      draft.owner ??= author;
      // The first person who knows: 45 CFR 164.404(a)(2). Recorded otherwise, that counts.
      draft.anchors.discovered ??= at;
      return;
    case 'owned':
      draft.owner = entry.owner;
      return;
    case 'noted':
      return;
    case 'answered':
      if (entry.answer === null) delete draft.answers[entry.question];
      else draft.answers[entry.question] = entry.answer;
      return;
    case 'anchored':
      draft.anchors[entry.anchor] = entry.instant;
      return;
    case 'held':
      draft.holds.push({ from: entry.from, until: entry.until, form: entry.form });
      return;
    case 'rated':
      draft.rated = { harm: entry.harm, likelihood: entry.likelihood };
      return;
    case 'closed':
      draft.status = 'closed';
      draft.closedAt = at;
      return;
    case 'reopened':
      draft.status = 'acknowledged';
      draft.closedAt = null;
      return;
  }
}

const earlier = (one: Date | undefined, other: Date): Date =>
  one === undefined || other < one ? other : one;
