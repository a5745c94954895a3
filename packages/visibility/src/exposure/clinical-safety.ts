/** DCB0129 and DCB0160, clinical risk matrix: rows of likelihood, columns of consequence. */
export const LIKELIHOODS = ['very-low', 'low', 'medium', 'high', 'very-high'] as const;
export type Likelihood = (typeof LIKELIHOODS)[number];

export const CONSEQUENCES = [
  'minor',
  'significant',
  'considerable',
  'major',
  'catastrophic',
] as const;
export type Consequence = (typeof CONSEQUENCES)[number];

/** 5 unacceptable, 4 to be eliminated or controlled, 3 undesirable, 2 and 1 acceptable. */
export type RiskRating = 1 | 2 | 3 | 4 | 5;

const MATRIX: Readonly<Record<Likelihood, readonly RiskRating[]>> = {
  'very-high': [3, 4, 4, 5, 5],
  high: [2, 3, 3, 4, 5],
  medium: [2, 2, 3, 3, 4],
  low: [1, 2, 2, 3, 4],
  'very-low': [1, 1, 2, 2, 3],
};

/** The gravest harm that a failure could do to one patient; never what harm it did. */
export type PotentialHarm =
  /** Death, or severe injury without recovery in the short term. */
  | 'life-changing'
  /** Severe injury with recovery, or severe psychological trauma. */
  | 'severe'
  /** Minor injury without recovery in the short term, or significant psychological trauma. */
  | 'moderate'
  /** Minor injury with recovery, upset, inconvenience. */
  | 'minor';

/** The ladder of the standard: one patient, several patients. */
const LADDER: Readonly<Record<PotentialHarm, readonly [one: Consequence, several: Consequence]>> = {
  'life-changing': ['major', 'catastrophic'],
  severe: ['considerable', 'major'],
  moderate: ['significant', 'considerable'],
  minor: ['minor', 'significant'],
};

export interface SafetyRating {
  readonly consequence: Consequence;
  readonly likelihood: Likelihood;
  readonly rating: RiskRating;
}

/** @returns null where nobody is affected */
export function safetyRating(hazard: {
  readonly harm: PotentialHarm;
  readonly likelihood: Likelihood;
  readonly patients: number;
}): SafetyRating | null {
  if (hazard.patients === 0) return null;
  const consequence = LADDER[hazard.harm][hazard.patients === 1 ? 0 : 1];
  const rating = MATRIX[hazard.likelihood][CONSEQUENCES.indexOf(consequence)];
  return rating === undefined ? null : { consequence, likelihood: hazard.likelihood, rating };
}
