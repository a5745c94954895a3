/** Clinical urgency, most urgent first: 0 critical, 1 urgent, 2 routine, 3 background. */
export type Tier = 0 | 1 | 2 | 3;

export function mostUrgent(tiers: readonly Tier[], otherwise: Tier): Tier {
  return tiers.reduce((best, tier) => (tier < best ? tier : best), otherwise);
}

/** A measured fact that may make work urgent; which tier it means is policy, not the score's business. */
export interface UrgencySignal {
  /** Names rows of the tier policy, e.g. `phq-9-item-9`. */
  readonly id: string;
  readonly value: number;
  /** What measured it, with its version: `phq-9@1`, `interpretation@R4`. */
  readonly source: string;
}
