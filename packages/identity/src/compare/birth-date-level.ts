import type { Level } from './level.ts';
import { isOneEdit } from './one-edit.ts';

const MONTH_DAYS = 31;
const YEAR_DAYS = 366;
const DECADE_DAYS = 3_653;
const DAY_MS = 86_400_000;

/**
 * Compares dates of birth (`YYYYMMDD`, empty when not known): day and month swapped, one typing
 * error or a month apart (`close`), one wrong part or a year apart (`similar`), a decade apart (`far`).
 */
export function birthDateLevel(one: string, other: string): Level {
  if (one === '' || other === '') return 'missing';
  if (one === other) return 'exact';
  if (other === one.slice(0, 4) + one.slice(6) + one.slice(4, 6)) return 'swapped';
  const days = Math.abs(dayOf(one) - dayOf(other));
  if (days <= MONTH_DAYS || isOneEdit(one, other)) return 'close';
  if (days <= YEAR_DAYS || differsInOnePart(one, other)) return 'similar';
  return days <= DECADE_DAYS ? 'far' : 'different';
}

const dayOf = (date: string): number =>
  Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6))) / DAY_MS;

function differsInOnePart(one: string, other: string): boolean {
  const parts = [
    [0, 4],
    [4, 6],
    [6, 8],
  ] as const;
  return parts.filter(([from, to]) => one.slice(from, to) !== other.slice(from, to)).length === 1;
}
