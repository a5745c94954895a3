const WHOLE = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const ONE_DECIMAL = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** An exact count with the reader's separators; counts are never rounded. */
export const formatCount = (count: number): string => WHOLE.format(count);

/** A rate a second: one decimal below ten, whole above. */
export const formatRate = (perSecond: number): string =>
  (perSecond > 0 && perSecond < 9.95 ? ONE_DECIMAL : WHOLE).format(perSecond);

/** `1 patient`, `2 patients`: the count with its noun. */
export const counted = (count: number, noun: string): string =>
  `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
