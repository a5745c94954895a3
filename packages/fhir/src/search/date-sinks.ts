import { isJsonObject, type JsonValue, listOf } from '../json.ts';
import { type DateRange, dateRange } from './date-range.ts';
import type { Selector } from './selector.ts';
import type { Sink } from './token-sinks.ts';

const INSTANTS = new Set(['date', 'dateTime', 'instant']);

/** How values of a type become date rows (https://hl7.org/fhir/R4/search.html#date). */
export function dateSink(param: string, selector: Selector): Sink | undefined {
  const read = rangeReader(selector.type);
  if (read === undefined) return undefined;
  return (value, out) => {
    const range = read(value);
    if (range !== undefined) out.dates.push({ param, start: range.start, end: range.end });
  };
}

/** Reads a date-like value of a FHIR type as a range; undefined for a type without dates. */
export function rangeReader(
  type: string,
): ((value: JsonValue) => DateRange | undefined) | undefined {
  if (INSTANTS.has(type)) return instantRange;
  if (type === 'Period') return periodRange;
  if (type === 'Timing') return timingRange;
  return undefined;
}

function instantRange(value: JsonValue): DateRange | undefined {
  return typeof value === 'string' ? dateRange(value) : undefined;
}

function periodRange(value: JsonValue): DateRange | undefined {
  if (!isJsonObject(value)) return undefined;
  const { start, end } = value;
  const from = typeof start === 'string' ? dateRange(start) : undefined;
  const to = typeof end === 'string' ? dateRange(end) : undefined;
  if (from === undefined && to === undefined) return undefined;
  return {
    start: from?.start ?? Number.NEGATIVE_INFINITY,
    end: to?.end ?? Number.POSITIVE_INFINITY,
  };
}

/** Only the outer limits of a schedule count, says the search page. */
function timingRange(value: JsonValue): DateRange | undefined {
  if (!isJsonObject(value)) return undefined;
  const ranges = listOf(value['event']).map(instantRange);
  const repeat = value['repeat'];
  if (isJsonObject(repeat) && repeat['boundsPeriod'] !== undefined) {
    ranges.push(periodRange(repeat['boundsPeriod']));
  }
  const known = ranges.filter((range) => range !== undefined);
  if (known.length === 0) return undefined;
  return {
    start: Math.min(...known.map((range) => range.start)),
    end: Math.max(...known.map((range) => range.end)),
  };
}
