/** Whether something may pass; `inconclusive`: too little was seen to say, and so it may not yet. */
export type Verdict = 'pass' | 'fail' | 'inconclusive';

export const GATES = [
  'golden-set',
  'determinism',
  'contract',
  'better-than-score',
  'no-worse-than-champion',
  'calibration',
  'alert-share',
  'subgroups',
  'latency',
  'memory',
  'drift',
  'freshness',
  'missing-inputs',
  'errors',
  'overrides',
] as const;
export type GateName = (typeof GATES)[number];

export interface GateFinding {
  readonly gate: GateName;
  readonly verdict: Verdict;
  /** What was seen, and against what; for a person. */
  readonly text: string;
  /** How much was looked at, and how much it takes. */
  readonly samples: number;
  readonly needed: number;
}

export interface GateReport {
  readonly verdict: Verdict;
  readonly findings: readonly GateFinding[];
}

/** One failure fails; one gate that can't tell leaves all open. */
export function reportOf(findings: readonly GateFinding[]): GateReport {
  const has = (verdict: Verdict): boolean => findings.some((each) => each.verdict === verdict);
  const verdict = has('fail') ? 'fail' : has('inconclusive') ? 'inconclusive' : 'pass';
  return { verdict, findings };
}
