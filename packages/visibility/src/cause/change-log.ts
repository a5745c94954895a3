import type { Where } from './localise.ts';

export type ChangeKind =
  | 'deployed'
  | 'policy-activated'
  | 'policy-rolled-back'
  | 'label-sets-loaded'
  | 'model-promoted'
  | 'settings-changed'
  | 'consent-wave';

/** Something that became otherwise at an instant. Texts and values name no patient. */
export interface Change {
  readonly kind: ChangeKind;
  readonly at: Date;
  /** What became otherwise, in words. */
  readonly what: string;
  /** Which attempts it can reach; an attribute that is not named may have any value. */
  readonly reaches: Where;
}

export interface Suspect {
  readonly change: Change;
  /** Milliseconds from the change to the first failure; below 0 within the slack of two clocks. */
  readonly beforeMs: number;
  /** How it fits the cause that was found: it says the same, nothing to the contrary, or another. */
  readonly match: 'same' | 'possible' | 'other';
  /** 0 to 1; comparable within one ranking only. */
  readonly score: number;
}

/** Changes longer before the first failure than this are history. */
const REACHES_BACK_MS = 24 * 3_600_000;

/** Two clocks, and the time a first failure takes to be noticed, differ by this much at most. */
const SLACK_MS = 5_000;

/** Half of the suspicion is gone after so long without a failure. */
const HALF_MS = 10 * 60_000;

const FIT: Readonly<Record<Suspect['match'], number>> = { same: 1, possible: 0.5, other: 0.05 };

/**
 * Changes as suspects: the shorter before the first failure and the better it fits what was found,
 * the more so. A change after the failures began is none.
 */
export function rankSuspects(
  changes: readonly Change[],
  { onset, causes }: { readonly onset: Date; readonly causes: readonly Where[] },
): Suspect[] {
  return changes
    .map((change) => ({ change, beforeMs: onset.getTime() - change.at.getTime() }))
    .filter(({ beforeMs }) => beforeMs >= -SLACK_MS && beforeMs <= REACHES_BACK_MS)
    .map(({ change, beforeMs }) => {
      const match = matchOf(change.reaches, causes);
      const score = FIT[match] / (1 + Math.max(0, beforeMs) / HALF_MS);
      return { change, beforeMs, match, score };
    })
    .toSorted((a, b) => b.score - a.score || a.beforeMs - b.beforeMs);
}

/** The best fit to any of the causes; with no cause found nothing speaks against a change. */
function matchOf(reaches: Where, causes: readonly Where[]): Suspect['match'] {
  const fits = causes.map((cause) => {
    const shared = Object.keys(reaches).filter((name) => cause[name] !== undefined);
    if (shared.some((name) => cause[name] !== reaches[name])) return 'other';
    return shared.length > 0 ? 'same' : 'possible';
  });
  if (fits.length === 0 || fits.includes('same')) return fits.length === 0 ? 'possible' : 'same';
  return fits.includes('possible') ? 'possible' : 'other';
}

/** The newest changes of this process, as many as fit. */
export class ChangeLog {
  readonly #most: number;
  readonly #changes: Change[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  note(change: Change): void {
    this.#changes.push(change);
    if (this.#changes.length > this.#most) this.#changes.shift();
  }

  /** Newest last. */
  list(): readonly Change[] {
    return [...this.#changes];
  }
}
