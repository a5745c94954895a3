import { temporalOf } from './compare.ts';
import { FhirPathError } from './fhirpath-error.ts';
import { type Collection, Item, NOTHING, scalarText } from './item.ts';
import { kindOf } from './kind.ts';
import type { Measure } from './quantity.ts';

/** Units of time by the component they move and by how many of it. */
const UNITS: Readonly<Record<string, readonly [component: number, factor: number]>> = {
  year: [0, 1],
  month: [1, 1],
  week: [2, 7],
  day: [2, 1],
  hour: [3, 1],
  minute: [4, 1],
  second: [5, 1000],
  millisecond: [5, 1],
  wk: [2, 7],
  d: [2, 1],
  h: [3, 1],
  min: [4, 1],
  s: [5, 1000],
  ms: [5, 1],
};

/** Milliseconds of one unit of each component below months. */
const WIDTHS = [0, 0, 86_400_000, 3_600_000, 60_000, 1];

/** `date + 3 days`: the result is as precise as the date was, and keeps its zone. */
export function shiftTemporal(
  item: Item,
  measure: Measure | undefined,
  operator: '+' | '-',
): Collection {
  const temporal = temporalOf(item);
  if (temporal === undefined || measure === undefined) return NOTHING;
  const unit = UNITS[measure.unit];
  if (unit === undefined) {
    throw new FhirPathError('execution', 'a date moves by calendar units only');
  }
  const [component, factor] = unit;
  const amount = (operator === '-' ? -1 : 1) * measure.value * factor;
  const isTime = kindOf(item) === 'time';
  const parts = isTime ? [1970, 1, 1, ...temporal.parts] : temporal.parts;
  const moved = move(parts, component, amount);
  return [new Item(item.type, written(item, moved, isTime))];
}

function move(parts: readonly number[], component: number, amount: number): Date {
  const [year = 1970, month = 1, day = 1, hour = 0, minute = 0, ms = 0] = parts;
  if (component < 2) {
    const months = Math.trunc(component === 0 ? amount * 12 : amount);
    const target = new Date(Date.UTC(year, month - 1 + months, 1, hour, minute, 0, ms));
    // The last day of the month where the day does not exist: 31 January + 1 month.
    const last = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0));
    target.setUTCDate(Math.min(day, last.getUTCDate()));
    return target;
  }
  const at = Date.UTC(year, month - 1, day, hour, minute, 0, ms);
  const isDateOnly = parts.length <= 3;
  const width = WIDTHS[component] ?? 1;
  const shift = isDateOnly || component === 2 ? dayShift(amount, width) : amount * width;
  return new Date(at + shift);
}

/** A day is moved by whole days only. */
const dayShift = (amount: number, width: number): number =>
  Math.trunc((amount * width) / 86_400_000) * 86_400_000;

function written(item: Item, at: Date, isTime: boolean): string {
  const before = scalarText(item.value);
  const zone = /(?:Z|[+-]\d\d:\d\d)$/.exec(isTime ? '' : before.slice(10))?.[0] ?? '';
  const length = before.length - zone.length;
  const iso = at.toISOString();
  return isTime ? iso.slice(11, 11 + length) : iso.slice(0, length) + zone;
}
