import { Temporal } from 'temporal-polyfill';
import type { Anchor, ExposureFacts, LawEnforcementHold } from './facts.ts';
import { isBusinessDay } from './holidays.ts';
import type { Clock } from './regulation.ts';

/** An oral statement of law enforcement delays a notice by 30 days at most (45 CFR 164.412(b)). */
const ORAL_HOLD_DAYS = 30;

/** A running clock. */
export interface Deadline {
  readonly startedAt: Date;
  /** The anchor it runs from; another than the regulation's where that one is not recorded yet. */
  readonly startedBy: Anchor;
  /** Counted from an earlier anchor than the regulation names, until that one is recorded. */
  readonly provisional: boolean;
  /** From this instant on it is late. */
  readonly dueBefore: Date;
  /** The hold that moved it, if one did. */
  readonly heldUntil: Date | null;
}

/**
 * Earlier anchors that stand in for one that nobody has recorded. A person knows no sooner than the
 * machine noticed, so the date can only move back. A determination is an act: it has no stand-in.
 */
const STANDS_IN: Readonly<Partial<Record<Anchor, readonly Anchor[]>>> = {
  discovered: ['detected', 'occurred'],
  aware: ['discovered', 'detected', 'occurred'],
  detected: ['occurred'],
};

/** @returns null where the clock has not started: its anchor is not recorded */
export function deadlineOf(
  clock: Clock,
  facts: ExposureFacts,
  { holdsDelay }: { readonly holdsDelay: boolean },
): Deadline | null {
  const candidates = [clock.from, ...(STANDS_IN[clock.from] ?? [])];
  const startedBy = candidates.find((anchor) => facts.anchors[anchor] !== undefined);
  const startedAt = startedBy === undefined ? undefined : facts.anchors[startedBy];
  if (startedBy === undefined || startedAt === undefined) return null;
  const due = dueBefore(clock, startedAt, facts.timeZone);
  const heldUntil = holdsDelay ? lastHold(facts, due) : null;
  return {
    startedAt,
    startedBy,
    provisional: startedBy !== clock.from,
    dueBefore: heldUntil ?? due,
    heldUntil,
  };
}

function dueBefore(clock: Clock, startedAt: Date, timeZone: string): Date {
  const started = Temporal.Instant.fromEpochMilliseconds(startedAt.getTime());
  if (clock.unit === 'hours') {
    return new Date(started.add({ hours: clock.count }).epochMilliseconds);
  }
  const day = started.toZonedDateTimeISO(timeZone).toPlainDate();
  const end = lastDay(clock, day).add({ days: 1 }).toZonedDateTime(timeZone);
  return new Date(end.epochMilliseconds);
}

function lastDay(
  clock: Exclude<Clock, { readonly unit: 'hours' }>,
  day: Temporal.PlainDate,
): Temporal.PlainDate {
  switch (clock.unit) {
    case 'calendar-days':
      return day.add({ days: clock.count });
    case 'days-after-year-end':
      return Temporal.PlainDate.from({ year: day.year, month: 12, day: 31 }).add({
        days: clock.count,
      });
    case 'business-days': {
      let last = day;
      for (let counted = 0; counted < clock.count; ) {
        last = last.add({ days: 1 });
        if (isBusinessDay(last, clock.holidays)) counted += 1;
      }
      return last;
    }
  }
}

/** The end of the latest hold that was in force before the clock ran out, if it outlasts it. */
function lastHold(facts: ExposureFacts, due: Date): Date | null {
  let latest = due;
  const ordered = facts.holds.toSorted((a, b) => a.from.getTime() - b.from.getTime());
  for (const hold of ordered) {
    const until = endOf(hold, facts.timeZone);
    if (hold.from < latest && until > latest) latest = until;
  }
  return latest === due ? null : latest;
}

function endOf({ form, from, until }: LawEnforcementHold, timeZone: string): Date {
  if (form === 'written') return until;
  const most = Temporal.Instant.fromEpochMilliseconds(from.getTime())
    .toZonedDateTimeISO(timeZone)
    .add({ days: ORAL_HOLD_DAYS });
  return new Date(Math.min(until.getTime(), most.epochMilliseconds));
}
