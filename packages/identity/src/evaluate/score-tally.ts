import type { Grade, Judgement } from '../decide/grade.ts';
import type { Score } from '../model/scorer.ts';

/** Is a pair truly of one person; `unknown` where nobody says. */
export type Truth = 'same' | 'different' | 'unknown';

/** Pairs whose weight lies in one step of the scale, by what they truly are. */
export interface ScoreStep {
  /** Bits, prior included; the first and last step also hold what lies beyond. */
  readonly fromBits: number;
  readonly untilBits: number;
  readonly counts: Readonly<Record<Truth, number>>;
}

export interface ThresholdCounts {
  /** Pairs of this probability and more count as found. */
  readonly probability: number;
  readonly counts: Readonly<Record<Truth, number>>;
}

/** Where a score is cut to say found or not. */
export const THRESHOLDS = [0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.999999] as const;

const LOWEST_BITS = -50;
const HIGHEST_BITS = 80;
const STEP_BITS = 2;
const STEPS = (HIGHEST_BITS - LOWEST_BITS) / STEP_BITS;

const noCounts = (): Record<Truth, number> => ({ same: 0, different: 0, unknown: 0 });

/** Counts scores as they come; what it keeps does not grow with them. */
export class ScoreTally {
  readonly #steps = Array.from({ length: STEPS }, noCounts);
  readonly #found = THRESHOLDS.map((probability) => ({ probability, counts: noCounts() }));
  readonly #grades = new Map<Grade, Record<Truth, number>>();
  readonly #withheld = new Map<NonNullable<Judgement['withheld']>, number>();
  #pairs = 0;

  add({ bits, probability }: Score, { grade, withheld }: Judgement, truth: Truth): void {
    this.#pairs++;
    const step = Math.floor((bits - LOWEST_BITS) / STEP_BITS);
    const counts = this.#steps[Math.min(STEPS - 1, Math.max(0, step))];
    if (counts !== undefined) counts[truth]++;
    for (const each of this.#found) if (probability >= each.probability) each.counts[truth]++;
    const graded = this.#grades.get(grade) ?? noCounts();
    graded[truth]++;
    this.#grades.set(grade, graded);
    if (withheld !== undefined)
      this.#withheld.set(withheld, (this.#withheld.get(withheld) ?? 0) + 1);
  }

  get pairs(): number {
    return this.#pairs;
  }

  get steps(): readonly ScoreStep[] {
    return this.#steps.map((counts, at) => ({
      fromBits: LOWEST_BITS + at * STEP_BITS,
      untilBits: LOWEST_BITS + (at + 1) * STEP_BITS,
      counts,
    }));
  }

  get thresholds(): readonly ThresholdCounts[] {
    return this.#found;
  }

  grade(grade: Grade): Readonly<Record<Truth, number>> {
    return this.#grades.get(grade) ?? noCounts();
  }

  withheld(reason: NonNullable<Judgement['withheld']>): number {
    return this.#withheld.get(reason) ?? 0;
  }
}
