/** Instants `[start, end)` in ms since 1970. */
export interface DateRange {
  readonly start: number;
  readonly end: number;
}

const TIME = 'T(\\d{2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d+))?)?(Z|[+-]\\d{2}:\\d{2})?';
const DATE_TIME = new RegExp(`^(\\d{4})(?:-(\\d{2})(?:-(\\d{2})(?:${TIME})?)?)?$`);

const MINUTE = 60_000;

/**
 * The instants a FHIR date, dateTime or instant may mean, by its written precision: `2024-03` is
 * all
 * of March. Text without a time zone is read as UTC, on both sides of a search.
 * @returns undefined for text that is no date, or a day that no calendar has.
 */
export function dateRange(text: string): DateRange | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [, y, mo, d, h, mi, s, fraction, zone] = match;
  const year = Number(y);
  if (mo === undefined) return { start: utc(year, 0, 1), end: utc(year + 1, 0, 1) };
  const month = Number(mo) - 1;
  if (month < 0 || month > 11) return undefined;
  if (d === undefined) return { start: utc(year, month, 1), end: utc(year, month + 1, 1) };
  const day = Number(d);
  const midnight = utc(year, month, day);
  if (day < 1 || new Date(midnight).getUTCDate() !== day) return undefined;
  if (h === undefined) return { start: midnight, end: midnight + 24 * 60 * MINUTE };
  const [hours, minutes, seconds] = [Number(h), Number(mi), Number(s ?? 0)];
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const offset = zoneMinutes(zone);
  if (offset === undefined) return undefined;
  const start = midnight + ((hours * 60 + minutes - offset) * 60 + seconds) * 1000;
  if (s === undefined) return { start, end: start + MINUTE };
  if (fraction === undefined) return { start, end: start + 1000 };
  const shown = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const width = fraction.length >= 3 ? 1 : fraction.length === 2 ? 10 : 100;
  return { start: start + shown, end: start + shown + width };
}

/** `Date.UTC` reads years below 100 as 19xx. */
function utc(year: number, month: number, day: number): number {
  const ms = Date.UTC(year, month, day);
  return year > 99 ? ms : new Date(ms).setUTCFullYear(year + Math.floor(month / 12));
}

function zoneMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
