/** Bounds of matching; each keeps work or memory from growing with a few common values. */
export const identityLimits = {
  /**
   * Records that may share a blocking key. A key more common than that (a placeholder date, a shared
   * ward address) says little, and its pairs grow with the square; other keys still find the record.
   */
  recordsPerKey: 100,
  /** Values a stored record has under one key: a record with more phones than that is found by others. */
  valuesPerKey: 8,
  /**
   * Stored records compared with one that comes: those that share most and rarest values. A person's
   * other records share several, so they come first; and the time of a match stays bounded.
   */
  candidates: 40,
  /** Pairs that train one blocking pass: rates are stable long before, and time stays bounded. */
  trainingPairsPerKey: 50_000,
  /** Candidate pairs that tell how many matches there are: a sample settles it to a tenth of a percent. */
  priorPairs: 1_000_000,
  /** Random pairs from which agreement by chance is measured: one in 10^4 is seen ten times. */
  randomPairs: 100_000,
  /** Rounds of expectation and maximisation; EM that has not settled by then is near its end. */
  emRounds: 60,
  /** Most frequent values kept for each field; whatever is rarer counts as the rarest kept. */
  termsPerField: 5_000,
  /** Records of one list: their positions take 23 bits, beside 30 of a hash in one exact number. */
  records: 2 ** 23,
  /** Records in one automatic group. More copies of one person are a fault upstream: a steward looks. */
  recordsPerCluster: 64,
  /** Characters of a field that are compared; nobody's name needs more, and edits cost its square. */
  textLength: 100,
} as const;
