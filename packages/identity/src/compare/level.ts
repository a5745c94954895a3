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

const NEARNESS: Readonly<Record<Level, number>> = {
  missing: 0,
  different: 1,
  far: 2,
  similar: 3,
  close: 4,
  swapped: 5,
  nickname: 6,
  exact: 7,
};

/** Place of a level in the order of how much it speaks for one person. */
export const nearness = (level: Level): number => NEARNESS[level];

/** The level that speaks more for one person. */
export const nearer = (one: Level, other: Level): Level =>
  nearness(one) >= nearness(other) ? one : other;
