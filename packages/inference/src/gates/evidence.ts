/** Rows whose outcome is known, each of another patient. */
export interface LabelledEvidence {
  readonly scores: Float64Array;
  readonly labels: Uint8Array;
  /** What the deterministic score says of the same rows. */
  readonly baseline: Float64Array;
  /** What the version that answers now says of them; null: there is none. */
  readonly champion: Float64Array | null;
  /** 1 where a row belongs to the group. */
  readonly groups: Readonly<Record<string, Uint8Array>>;
}

/** What was seen while it ran beside the version that answers, and told nobody. */
export interface RunEvidence {
  readonly latencyMs: Float64Array;
  readonly championLatencyMs: Float64Array;
  readonly bytes: number;
  /** Null: there is no version to compare with. */
  readonly championBytes: number | null;
  /** By feature: what it learnt from, and what it was given; NaN is missing. */
  readonly features: Readonly<
    Record<string, { readonly reference: Float64Array; readonly live: Float64Array }>
  >;
  /** Inputs that had changed, and of those the ones whose vector had not. */
  readonly changed: number;
  readonly unmoved: number;
}

export interface GoldenEvidence {
  readonly expected: Float64Array;
  readonly answered: Float64Array;
  /** The same vectors once more. */
  readonly again: Float64Array;
}

/** A band's threshold, and the share of rows that its card says to reach it. */
export interface DeclaredBand {
  readonly name: string;
  readonly from: number;
  readonly share: number;
}

export interface CandidateEvidence {
  readonly golden: GoldenEvidence;
  readonly labelled: LabelledEvidence;
  readonly run: RunEvidence;
  readonly bands: readonly DeclaredBand[];
}
