/**
 * Ranks of v3-Confidentiality in the order the semantics compare: U < L < M < N < R < V.
 * They are the values of column `resource.confidentiality`, whose default is N (A8).
 */
export const CONFIDENTIALITY = { U: 0, L: 1, M: 2, N: 3, R: 4, V: 5 } as const;

export type ConfidentialityCode = keyof typeof CONFIDENTIALITY;

/** A8: the labelling has not run. Read as R by a permit; every deny that states labels matches it. */
export const UNLABELLED = -1;

export const isConfidentialityCode = (code: string): code is ConfidentialityCode =>
  Object.hasOwn(CONFIDENTIALITY, code);
