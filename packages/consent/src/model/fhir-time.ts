import type { Interval } from './consent-model.ts';
import { isRecord } from './fhir-json.ts';

const PATTERN =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?)?$/;

/**
 * The instants a FHIR date, dateTime or instant covers by its precision. A date without a time
 * zone is read in UTC. Undefined where the text is none of them.
 */
export function instantsOf(text: unknown): Interval | undefined {
  const match = typeof text === 'string' ? PATTERN.exec(text) : null;
  if (match === null || typeof text !== 'string') return undefined;
  const [, year = '', month, day, hour, , , fraction] = match;
  if (hour !== undefined) {
    const from = Date.parse(text);
    const until = from + (fraction === undefined ? 1000 : 1);
    return Number.isNaN(from) || !isDay(year, month, day) ? undefined : { from, until };
  }
  if (!isDay(year, month ?? '01', day ?? '01')) return undefined;
  const [y, m, d] = [Number(year), Number(month ?? 1) - 1, Number(day ?? 1)];
  const until =
    day !== undefined
      ? Date.UTC(y, m, d + 1)
      : month !== undefined
        ? Date.UTC(y, m + 1, 1)
        : Date.UTC(y + 1, 0, 1);
  return { from: Date.UTC(y, m, d), until };
}

/** A FHIR Period; its end includes the whole of its precision. Undefined where it is invalid. */
export function periodOf(value: unknown): Interval | undefined {
  if (!isRecord(value)) return undefined;
  const start = value['start'] === undefined ? undefined : instantsOf(value['start']);
  const end = value['end'] === undefined ? undefined : instantsOf(value['end']);
  if (value['start'] !== undefined && start === undefined) return undefined;
  if (value['end'] !== undefined && end === undefined) return undefined;
  const period = { from: start?.from ?? -Infinity, until: end?.until ?? Infinity };
  return period.from < period.until ? period : undefined;
}

// Date.UTC rolls 2025-02-31 over into March; FHIR says it is no date.
function isDay(year: string, month = '', day = ''): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}
