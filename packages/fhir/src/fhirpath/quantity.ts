import { isJsonObject, type JsonValue } from '../json.ts';
import type { Item } from './item.ts';

/** A number with its unit: a UCUM code, or what the data calls it where that is all there is. */
export interface Measure {
  readonly value: number;
  readonly unit: string;
}

/** Calendar words and the UCUM codes they equal; years and months have none that is exact. */
const CALENDAR: Readonly<Record<string, string>> = {
  millisecond: 'ms',
  second: 's',
  minute: 'min',
  hour: 'h',
  day: 'd',
  week: 'wk',
};

/** UCUM codes of the same dimension by their size in the first; enough for ages and durations. */
const SCALES: readonly Readonly<Record<string, number>>[] = [
  { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000, wk: 604_800_000 },
  { ug: 1, mg: 1000, g: 1_000_000, kg: 1_000_000_000 },
  { mm: 1, cm: 10, m: 1000, km: 1_000_000 },
  { uL: 1, mL: 1000, dL: 100_000, L: 1_000_000 },
];

/** A literal's unit in the singular: `4 days` and `4 day` are the same. */
export const unitName = (unit: string): string =>
  /^(?:year|month|week|day|hour|minute|second|millisecond)s$/.test(unit) ? unit.slice(0, -1) : unit;

/** What a quantity measures; undefined for a value that measures nothing. */
export function measureOf({ type, value }: Item): Measure | undefined {
  if (typeof value === 'number') return { value, unit: '1' };
  if (!isJsonObject(value) || typeof value['value'] !== 'number') return undefined;
  if (type === 'System.Quantity') {
    return { value: value['value'], unit: textOr(value['unit'], '1') };
  }
  const unit = textOr(value['code'], textOr(value['unit'], '1'));
  return { value: value['value'], unit };
}

const textOr = (value: JsonValue | undefined, other: string): string =>
  typeof value === 'string' ? value : other;

/** Negative, zero or positive; undefined where the units cannot be compared. */
export function compareMeasures(left: Measure, right: Measure): number | undefined {
  const [a, b] = [inUcum(left), inUcum(right)];
  if (a.unit === b.unit) return a.value - b.value;
  for (const scale of SCALES) {
    const [from, to] = [scale[a.unit], scale[b.unit]];
    if (from !== undefined && to !== undefined) return a.value * from - b.value * to;
  }
  return undefined;
}

function inUcum({ value, unit }: Measure): Measure {
  return { value, unit: CALENDAR[unit] ?? unit };
}
