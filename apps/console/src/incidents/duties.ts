import type { ExposureDuty } from '@holdfast/api-contract';
import type { Standing } from '../answers/answers.ts';
import { CLOCK_WATCH_SHARE } from '../limits.ts';

/** Required before undetermined; within each, what is due first. */
export function dutiesInOrder(duties: readonly ExposureDuty[]): {
  readonly live: readonly ExposureDuty[];
  readonly ruledOut: readonly ExposureDuty[];
} {
  const due = ({ clock }: ExposureDuty) =>
    clock === undefined ? Infinity : Date.parse(clock.dueBefore);
  const rank = ({ verdict }: ExposureDuty) => (verdict === 'required' ? 0 : 1);
  const live = duties
    .filter(({ verdict }) => verdict !== 'not-required')
    .toSorted((a, b) => rank(a) - rank(b) || byNumber(due(a), due(b)));
  return { live, ruledOut: duties.filter(({ verdict }) => verdict === 'not-required') };
}

// Infinity - Infinity is no number.
const byNumber = (a: number, b: number): number => (a === b ? 0 : a - b);

/** How much of a clock has run: 0 at its start, 1 when it is late. */
export function shareRun(
  clock: { readonly startedAt: string; readonly dueBefore: string },
  asOf: string,
): number {
  const [from, to, now] = [clock.startedAt, clock.dueBefore, asOf].map(Date.parse) as [
    number,
    number,
    number,
  ];
  return Math.min(1, Math.max(0, (now - from) / (to - from)));
}

/** Late is bad; the last quarter of a clock wants somebody's eyes. */
export function clockStanding(share: number): Standing {
  if (share >= 1) return 'bad';
  return share >= CLOCK_WATCH_SHARE ? 'watch' : 'good';
}
