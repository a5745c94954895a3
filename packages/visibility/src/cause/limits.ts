/** Every bound of cause localisation, with its reason. */
export const CAUSE_LIMITS = {
  /** Distinct combinations of all attributes: what a minute of a busy process leaves. */
  leaves: 20_000,
  /** Rows given; those of equal values are added up before anything else. */
  rows: 200_000,
  /** 16 attributes have 696 sets of one to three. */
  attributes: 16,
  /** Distinct values of one attribute: more than this is an identifier, and may be a patient's. */
  values: 1_000,
  /** Characters of a name or value. */
  textLength: 200,
  /** Attributes that one cause names: a person can still say it in a sentence. */
  size: 3,
  /** Causes of one answer; more at once is one cause that the attributes do not name. */
  causes: 5,
  /** Further suspicions listed behind the causes. */
  alternatives: 5,
  /** Leaves times attribute sets looked at (32 MB): above it, sets of three, then of two, are left out. */
  cells: 8_000_000,
  /** Failures that a combination needs: fewer is an anecdote. */
  failures: 3,
  /** Observations of one row. */
  count: 1e9,
} as const;
