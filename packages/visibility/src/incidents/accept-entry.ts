import { err, ok, type Result } from '@holdfast/kernel';
import { CAUSES } from '../causes.ts';
import { VISIBILITY_LIMITS } from '../limits.ts';
import type { HumanEntry, Incident } from './incident.ts';

export type EntryRefusal =
  /** Only a note or a reopening goes into a closed incident. */
  | 'closed'
  | 'not-closed'
  /** A failure of it still lasts. */
  | 'still-failing'
  /** The law-enforcement hold ends before it begins. */
  | 'hold-reversed'
  /** An instant that has not come yet. */
  | 'in-the-future'
  | 'timeline-full';

/** Whether a person may write this into the timeline now. */
export function acceptEntry(
  incident: Incident,
  entry: HumanEntry,
  { entries, at }: { readonly entries: number; readonly at: Date },
): Result<HumanEntry, EntryRefusal> {
  if (entries >= VISIBILITY_LIMITS.incidentEntries) return err('timeline-full');
  const closed = incident.status === 'closed';
  if (entry.kind === 'reopened') return closed ? ok(entry) : err('not-closed');
  if (closed && entry.kind !== 'noted') return err('closed');
  // Single events have no end to wait for.
  const failing = incident.signals.some(
    ({ cause, endedAt }) => endedAt === null && CAUSES[cause].lasts === 'until-resolved',
  );
  if (entry.kind === 'closed' && failing) return err('still-failing');
  if (entry.kind === 'held' && entry.until <= entry.from) return err('hold-reversed');
  if (entry.kind === 'anchored' && entry.instant > at) return err('in-the-future');
  return ok(entry);
}
