import type { LabelledEvidence, RunEvidence } from './evidence.ts';
import { type GateFinding, type GateReport, reportOf } from './gate.ts';
import { type GateLimits, gateLimits } from './gate-limits.ts';
import { judgePerformance } from './performance-gates.ts';
import { runGates } from './run-gates.ts';

interface Share {
  readonly of: number;
  readonly were: number;
}

/** What a version has done since it answers patients, beside the one before it in its time. */
export interface LiveEvidence {
  readonly run: RunEvidence;
  readonly failed: Share;
  readonly championFailed: Share;
  readonly overridden: Share;
  readonly championOverridden: Share;
  /** Null where no outcome is known yet. */
  readonly labelled: LabelledEvidence | null;
}

/** A version that fails any watch goes back at once; one that can't be told about stays. */
export function watchVersion(
  live: LiveEvidence,
  limits: GateLimits = gateLimits,
): GateReport & { readonly decision: 'keep' | 'roll-back' } {
  const report = reportOf([
    more('errors', {
      ...{ own: live.failed, other: live.championFailed, beyond: limits.errorShare },
      ...{ needed: limits.runs, sure: limits.sure },
    }),
    more('overrides', {
      ...{ own: live.overridden, other: live.championOverridden, beyond: limits.overrideShare },
      ...{ needed: limits.shown, sure: limits.sure },
    }),
    ...runGates(live.run, limits),
    ...(live.labelled === null
      ? []
      : judgePerformance({ labelled: live.labelled, bands: [] }, limits)),
  ]);
  // Of what is watched, being no better than the score does not hurry.
  const urgent = report.findings.filter(({ gate }) => gate !== 'better-than-score');
  const decision = urgent.some(({ verdict }) => verdict === 'fail') ? 'roll-back' : 'keep';
  return { ...report, decision };
}

interface Compared {
  readonly own: Share;
  readonly other: Share;
  readonly beyond: number;
  readonly needed: number;
  readonly sure: number;
}

/** Two shares by their difference and its standard error. */
function more(
  gate: 'errors' | 'overrides',
  { own, other, beyond, needed, sure }: Compared,
): GateFinding {
  const counts = { gate, samples: own.of, needed };
  if (own.of < needed) return { ...counts, verdict: 'inconclusive', text: 'too few to tell' };
  const [p, q] = [own.were / own.of, other.of === 0 ? 0 : other.were / other.of];
  const error = Math.sqrt((p * (1 - p)) / own.of + (other.of === 0 ? 0 : (q * (1 - q)) / other.of));
  const fails = p - q > beyond && p - q > sure * error;
  const text = `${(100 * p).toFixed(1)} % where the version before has ${(100 * q).toFixed(1)} %`;
  return { ...counts, verdict: fails ? 'fail' : 'pass', text };
}
