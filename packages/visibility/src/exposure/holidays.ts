import { Temporal } from 'temporal-polyfill';

export type HolidayCalendar = 'US-federal' | 'US-CA';

/** A holiday by date, or by the nth weekday of a month (5 = the last). ISO weekdays, Monday is 1. */
type Holiday =
  | { readonly month: number; readonly day: number; readonly from?: number }
  | {
      readonly month: number;
      readonly weekday: number;
      readonly nth: number;
      readonly plus?: number;
    };

const SHARED: readonly Holiday[] = [
  { month: 1, day: 1 },
  { month: 1, weekday: 1, nth: 3 },
  { month: 2, weekday: 1, nth: 3 },
  { month: 5, weekday: 1, nth: 5 },
  { month: 7, day: 4 },
  { month: 9, weekday: 1, nth: 1 },
  { month: 11, day: 11 },
  { month: 11, weekday: 4, nth: 4 },
  { month: 12, day: 25 },
];

/**
 * 5 USC 6103(a), and California Government Code 6700 as far as state offices close. Where a list is
 * in doubt the day counts as a business day: a clock then ends earlier, never later.
 */
const HOLIDAYS: Readonly<Record<HolidayCalendar, readonly Holiday[]>> = {
  'US-federal': [...SHARED, { month: 6, day: 19, from: 2021 }, { month: 10, weekday: 1, nth: 2 }],
  'US-CA': [...SHARED, { month: 3, day: 31 }, { month: 11, weekday: 4, nth: 4, plus: 1 }],
};

const SATURDAY = 6;
const SUNDAY = 7;

/** Whether offices are open: no weekend, no holiday and no day on which one is observed. */
export function isBusinessDay(date: Temporal.PlainDate, calendar: HolidayCalendar): boolean {
  if (date.dayOfWeek >= SATURDAY) return false;
  // The first of January may be observed in the year before.
  return ![date.year, date.year + 1].some((year) =>
    HOLIDAYS[calendar].some((holiday) => {
      const observed = observedIn(year, holiday, calendar);
      return observed !== null && observed.equals(date);
    }),
  );
}

function observedIn(
  year: number,
  holiday: Holiday,
  calendar: HolidayCalendar,
): Temporal.PlainDate | null {
  if ('weekday' in holiday) return nthWeekday(year, holiday).add({ days: holiday.plus ?? 0 });
  if (holiday.from !== undefined && year < holiday.from) return null;
  const date = Temporal.PlainDate.from({ year, month: holiday.month, day: holiday.day });
  if (date.dayOfWeek === SUNDAY) return date.add({ days: 1 });
  // Federal offices close on the Friday before; California's do not.
  const movesBack = date.dayOfWeek === SATURDAY && calendar === 'US-federal';
  return movesBack ? date.subtract({ days: 1 }) : date;
}

function nthWeekday(
  year: number,
  {
    month,
    weekday,
    nth,
  }: { readonly month: number; readonly weekday: number; readonly nth: number },
): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  const offset = (weekday - first.dayOfWeek + 7) % 7;
  const day = 1 + offset + 7 * (nth - 1);
  return first.with({ day: day > first.daysInMonth ? day - 7 : day });
}
