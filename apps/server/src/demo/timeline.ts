import type { Clock } from '@holdfast/kernel';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** Dates of the demo, counted back from one instant so that its newest data is always recent. */
export interface Timeline {
  /** RFC 3339 in UTC, to the second. */
  minutesAgo(minutes: number): string;
  daysAgo(days: number): string;
}

/** Reads the clock once. */
export function timeline(clock: Clock): Timeline {
  const start = Math.floor(clock.now().getTime() / MINUTE_MS) * MINUTE_MS;
  const minutesAgo = (minutes: number) =>
    new Date(start - minutes * MINUTE_MS).toISOString().replace('.000Z', 'Z');
  return { minutesAgo, daysAgo: (days) => minutesAgo(days * DAY_MINUTES) };
}
