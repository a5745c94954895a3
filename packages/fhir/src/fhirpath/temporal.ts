/**
 * A date, dateTime or time as its components, most significant first: year, month, day, hours,
 * minutes, milliseconds. Seconds and their fraction are one precision, as FHIRPath says.
 */
export interface Temporal {
  readonly parts: readonly number[];
  /** Minutes east of UTC; undefined where the text has no zone. */
  readonly zone: number | undefined;
}

const TIME = String.raw`(\d\d)(?::(\d\d)(?::(\d\d(?:\.\d+)?))?)?`;
const DATE_TIME = new RegExp(
  String.raw`^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T(?:${TIME})?(Z|[+-]\d\d:\d\d)?)?$`,
);
const TIME_ONLY = new RegExp(`^T?${TIME}$`);

export function parseDateTime(text: string): Temporal | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, zone] = match;
  const parts = numbers([year, month, day, hour, minute, second]);
  const isReal = inRange(parts.slice(1), [1, 1, 0, 0, 0], [12, 31, 24, 59, 60_999]);
  return isReal ? { parts, zone: zoneMinutes(zone) } : undefined;
}

export function parseTime(text: string): Temporal | undefined {
  const match = TIME_ONLY.exec(text);
  if (match === null) return undefined;
  const parts = numbers(match.slice(1));
  return inRange(parts, [0, 0, 0], [23, 59, 59_999]) ? { parts, zone: undefined } : undefined;
}

/** Seconds, always the last of six or three, become milliseconds. */
function numbers(texts: readonly (string | undefined)[]): number[] {
  const parts: number[] = [];
  for (const text of texts) {
    if (text === undefined) break;
    const isSecond = parts.length === texts.length - 1;
    parts.push(isSecond ? Math.round(Number(text) * 1000) : Number(text));
  }
  return parts;
}

const inRange = (
  parts: readonly number[],
  least: readonly number[],
  most: readonly number[],
): boolean => parts.every((part, i) => part >= (least[i] ?? 0) && part <= (most[i] ?? 0));

function zoneMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith('-') ? -minutes : minutes;
}

/**
 * Negative, zero or positive as `left` comes before, with or after `right`; undefined where one is
 * less precise than the other and the common part decides nothing.
 */
export function compareTemporal(left: Temporal, right: Temporal): number | undefined {
  const [a, b] = [inUtc(left), inUtc(right)];
  const isZoneKnown = (left.zone === undefined) === (right.zone === undefined);
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return isZoneKnown || i < 2 ? difference : undefined;
  }
  return a.length === b.length && (isZoneKnown || length <= 3) ? 0 : undefined;
}

/** Only a time of day can move to another zone. */
function inUtc({ parts, zone }: Temporal): readonly number[] {
  const [year = 0, month = 1, day = 1, hour, minute = 0, ms = 0] = parts;
  if (zone === undefined || hour === undefined) return parts;
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute - zone, 0, ms));
  const moved = [
    at.getUTCFullYear(),
    at.getUTCMonth() + 1,
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds() * 1000 + at.getUTCMilliseconds(),
  ];
  return moved.slice(0, parts.length);
}
