import { CAUSES } from '../causes.ts';
import { VISIBILITY_LIMITS } from '../limits.ts';
import type { SignalSummary } from '../signal.ts';
import { bringsAbout, isOneStory } from './cause-chain.ts';
import type { Incident, IncidentId, IncidentSignal } from './incident.ts';

/** Where a signal belongs: to an open incident, to one of its own, or to none. */
export type Placement =
  | { readonly into: IncidentId }
  | { readonly into: 'a new incident' }
  | { readonly into: 'no incident' };

/**
 * Signals of one story, close in time, are one incident. A signal opens one of its own where it
 * is critical, or major and known to have reached a patient; a minor one only joins.
 */
export function placeSignal(signal: SignalSummary, incidents: readonly Incident[]): Placement {
  const joined = incidents
    .filter((incident) => incident.status !== 'closed' && incident.tenant === signal.tenant)
    .find((incident) => isPartOf(signal, incident));
  if (joined !== undefined) return { into: joined.id };
  return { into: opensIncident(signal) ? 'a new incident' : 'no incident' };
}

function isPartOf(signal: SignalSummary, incident: Incident): boolean {
  return incident.signals.some(
    (known) =>
      isOneStory(known.cause, signal.cause) &&
      isClose(signal.openedAt, known) &&
      !endedBeforeItsCause(signal, known),
  );
}

/** An effect that was over before the failure began belongs to another story. */
function endedBeforeItsCause(signal: SignalSummary, known: IncidentSignal): boolean {
  if (bringsAbout(known.cause, signal.cause)) return isOver(signal.resolvedAt, known.since);
  if (bringsAbout(signal.cause, known.cause)) return isOver(known.endedAt, signal.openedAt);
  return false;
}

const isOver = (end: Date | null, since: Date): boolean =>
  end !== null && end.getTime() < since.getTime() - VISIBILITY_LIMITS.noticedLateMs;

/** Within the window around the time in which the other failure lasted. */
function isClose(
  at: Date,
  known: { readonly since: Date; readonly endedAt: Date | null },
): boolean {
  const { incidentWindowMs } = VISIBILITY_LIMITS;
  const from = known.since.getTime() - incidentWindowMs;
  const to = known.endedAt === null ? Infinity : known.endedAt.getTime() + incidentWindowMs;
  return at.getTime() >= from && at.getTime() <= to;
}

/** Whether a signal is grave enough for an incident of its own. */
export function opensIncident({
  cause,
  patientCount,
  patientsUncounted,
  tier,
}: SignalSummary): boolean {
  const { severity } = CAUSES[cause];
  const reachedPatients = patientCount > 0 || patientsUncounted > 0 || tier === 0;
  return severity === 'critical' || (severity === 'major' && reachedPatients);
}
