import { TWIN_TOLERANCE } from '../models/loaded-model.ts';
import type { CandidateEvidence, GoldenEvidence, LabelledEvidence } from './evidence.ts';
import { type GateFinding, type GateReport, reportOf, type Verdict } from './gate.ts';
import { type GateLimits, gateLimits } from './gate-limits.ts';
import { judgePerformance } from './performance-gates.ts';
import { runGates } from './run-gates.ts';

/**
 * Every gate between a model version and patients, from what was seen of it. Pure: the same evidence,
 * the same report.
 */
export function evaluateCandidate(
  evidence: CandidateEvidence,
  limits: GateLimits = gateLimits,
): GateReport {
  const { golden, labelled, run, bands } = evidence;
  const contract = contractOf(labelled);
  return reportOf([
    goldenSet(golden, limits),
    determinism(golden, limits),
    contract,
    // Statistics of what is no number say nothing.
    ...(contract.verdict === 'fail' ? [] : judgePerformance({ labelled, bands }, limits)),
    ...runGates(run, limits),
  ]);
}

function goldenSet({ expected, answered }: GoldenEvidence, limits: GateLimits): GateFinding {
  const off = expected.map((value, i) => Math.abs(value - (answered[i] ?? Number.NaN)));
  const wrong = off.filter((difference) => !(difference <= TWIN_TOLERANCE)).length;
  const finding = {
    gate: 'golden-set',
    samples: expected.length,
    needed: limits.goldenCases,
  } as const;
  const enough = expected.length >= limits.goldenCases;
  const verdict: Verdict = wrong > 0 ? 'fail' : enough ? 'pass' : 'inconclusive';
  return { ...finding, verdict, text: `${wrong} of ${expected.length} golden cases differ` };
}

function determinism({ answered, again }: GoldenEvidence, limits: GateLimits): GateFinding {
  const moved = answered.filter((value, i) => !Object.is(value, again[i])).length;
  const enough = answered.length >= limits.goldenCases;
  return {
    gate: 'determinism',
    verdict: moved > 0 ? 'fail' : enough ? 'pass' : 'inconclusive',
    text: `${moved} of ${answered.length} answers differ when asked again`,
    samples: answered.length,
    needed: limits.goldenCases,
  };
}

function contractOf({ scores }: LabelledEvidence): GateFinding {
  const wrong = scores.filter((score) => !(score >= 0 && score <= 1)).length;
  return {
    gate: 'contract',
    verdict: wrong > 0 ? 'fail' : scores.length > 0 ? 'pass' : 'inconclusive',
    text: `${wrong} of ${scores.length} answers are no probability`,
    samples: scores.length,
    needed: 1,
  };
}
