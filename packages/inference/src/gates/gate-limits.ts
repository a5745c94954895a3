/**
 * What a model version has to hold before, and while, it answers. Chosen so that of versions as good as
 * the one they follow at most one in twenty is held back (`evaluate-candidate.test`).
 */
export interface GateLimits {
  /** Rows with an event, and without, before discrimination is judged. */
  readonly positives: number;
  readonly negatives: number;
  /** AUROC that a version may lose to the one before it. */
  readonly championLoss: number;
  /** Standard errors beyond which a difference is not chance. */
  readonly sure: number;
  /** Observed over expected events. */
  readonly calibrationRatio: { readonly from: number; readonly to: number };
  /** Alerts over those that the card declares. */
  readonly alertRatio: { readonly from: number; readonly to: number };
  /** AUROC by which a group may lie below all. */
  readonly subgroupGap: number;
  readonly subgroupPositives: number;
  readonly runs: number;
  readonly latencyRatio: number;
  /** Differences below this are nobody's trouble, milliseconds. */
  readonly latencyFloorMs: number;
  readonly memoryRatio: number;
  readonly memoryFloorBytes: number;
  /** Population stability index: 0.1 is small, 0.25 a change (Siddiqi 2006). */
  readonly stabilityIndex: number;
  /** Kolmogorov and Smirnov: largest distance of two distributions. */
  readonly distance: number;
  readonly vectors: number;
  readonly staleShare: number;
  readonly missingShare: number;
  readonly goldenCases: number;
  /** Share of calls that may fail beyond those of the version before. */
  readonly errorShare: number;
  /** Share of shown answers that may be overridden beyond those of the version before. */
  readonly overrideShare: number;
  readonly shown: number;
}

export const gateLimits: GateLimits = {
  positives: 200,
  negatives: 1_000,
  championLoss: 0.05,
  sure: 3.3,
  calibrationRatio: { from: 0.8, to: 1.25 },
  alertRatio: { from: 0.6, to: 1.6 },
  subgroupGap: 0.05,
  subgroupPositives: 50,
  runs: 200,
  latencyRatio: 2,
  latencyFloorMs: 2,
  memoryRatio: 1.5,
  memoryFloorBytes: 8 * 1024 * 1024,
  stabilityIndex: 0.25,
  distance: 0.2,
  vectors: 500,
  staleShare: 0.05,
  missingShare: 0.1,
  goldenCases: 16,
  errorShare: 0.02,
  overrideShare: 0.15,
  shown: 50,
};
