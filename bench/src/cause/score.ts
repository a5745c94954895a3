import type { Where } from '@holdfast/visibility';
import { nameOf } from './poisson-scan.ts';

/** What a method answered for one incident, beside the truth. */
export interface Answer {
  readonly truth: readonly Where[];
  /** The set that it names. */
  readonly causes: readonly Where[];
  /** That set first, then its further guesses; the likeliest first. */
  readonly ranked: readonly Where[];
}

export interface Marks {
  /** Share of incidents whose first guess is exactly one of the causes. */
  readonly top1: number;
  /** Share of incidents of which every cause (there are three at most) is among the first three. */
  readonly top3: number;
  /** Of the named sets over all incidents: exact combinations only. */
  readonly f1: number;
}

export function marksOf(answers: readonly Answer[]): Marks {
  let [first, within, right, named, true_] = [0, 0, 0, 0, 0];
  for (const { truth, causes, ranked } of answers) {
    const names = new Set(truth.map(nameOf));
    const guesses = ranked.map(nameOf);
    first += names.has(guesses[0] ?? '') ? 1 : 0;
    within += [...names].every((name) => guesses.slice(0, 3).includes(name)) ? 1 : 0;
    right += causes.filter((cause) => names.has(nameOf(cause))).length;
    named += causes.length;
    true_ += truth.length;
  }
  return {
    top1: first / answers.length,
    top3: within / answers.length,
    f1: (2 * right) / Math.max(1, named + true_),
  };
}
