/** How far two values agree; `missing` when either side does not know. */
export type Level = 'missing' | PresentLevel;
export type PresentLevel =
  | 'exact'
  | 'nickname'
  | 'swapped'
  | 'close'
  | 'similar'
  | 'far'
  | 'different';

const NEARNESS: readonly Level[] = [
  'missing',
  'different',
  'far',
  'similar',
  'close',
  'swapped',
  'nickname',
  'exact',
];

/** The level that speaks more for one person. */
export const nearer = (one: Level, other: Level): Level =>
  NEARNESS.indexOf(one) >= NEARNESS.indexOf(other) ? one : other;
