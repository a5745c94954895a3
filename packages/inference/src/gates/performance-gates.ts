import type { CandidateEvidence } from './evidence.ts';
import type { GateFinding, Verdict } from './gate.ts';
import type { GateLimits } from './gate-limits.ts';
import { areaDifference, areaWithError } from './roc-difference.ts';

type Performance = Pick<CandidateEvidence, 'labelled' | 'bands'>;

/** How well it tells who will be worse, and for whom. */
export function judgePerformance(evidence: Performance, limits: GateLimits): GateFinding[] {
  const { labels } = evidence.labelled;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  const enough = positives >= limits.positives && labels.length - positives >= limits.negatives;
  const counts = { samples: positives, needed: limits.positives };
  const open = (gate: GateFinding['gate']): GateFinding => ({
    ...{ gate, ...counts, verdict: 'inconclusive' },
    text: `${positives} events in ${labels.length} rows are too few`,
  });
  const judged = [
    ['better-than-score', betterThanScore],
    ['no-worse-than-champion', noWorse],
    ['calibration', calibrated],
    ['alert-share', alertShare],
  ] as const;
  return [
    ...judged.map(([gate, judge]) =>
      enough ? { gate, ...counts, ...judge(evidence, limits) } : open(gate),
    ),
    ...(enough ? subgroups(evidence, limits) : [open('subgroups')]),
  ];
}

type Judged = Pick<GateFinding, 'verdict' | 'text'>;

/** Two-sided at 95 %: where the interval holds 0, nobody knows. */
const LIKELY = 1.96;

function betterThanScore({ labelled }: Performance): Judged {
  const { scores, baseline, labels } = labelled;
  const { value, error } = areaDifference(scores, baseline, labels);
  const verdict = value - LIKELY * error > 0 ? 'pass' : value <= 0 ? 'fail' : 'inconclusive';
  return { verdict, text: `AUROC ${signed(value)} ± ${(LIKELY * error).toFixed(3)} to the score` };
}

function noWorse({ labelled }: Performance, { championLoss }: GateLimits): Judged {
  const { scores, champion, labels } = labelled;
  if (champion === null) return { verdict: 'pass', text: 'no version to compare with' };
  const { value, error } = areaDifference(scores, champion, labels);
  const verdict =
    value - LIKELY * error > -championLoss
      ? 'pass'
      : value + LIKELY * error < -championLoss
        ? 'fail'
        : 'inconclusive';
  return {
    verdict,
    text: `AUROC ${signed(value)} ± ${(LIKELY * error).toFixed(3)} to the version before`,
  };
}

function calibrated({ labelled }: Performance, limits: GateLimits): Judged {
  const { scores, labels } = labelled;
  const expected = scores.reduce((sum, score) => sum + score, 0);
  const observed = labels.reduce((sum, label) => sum + label, 0);
  const spread = Math.sqrt(scores.reduce((sum, score) => sum + score * (1 - score), 0));
  const ratio = observed / expected;
  const { from, to } = limits.calibrationRatio;
  const isOff = ratio < from || ratio > to;
  const isChance = Math.abs(observed - expected) <= limits.sure * spread;
  const text = `${observed} events where ${expected.toFixed(1)} were expected`;
  return { verdict: isOff ? (isChance ? 'inconclusive' : 'fail') : 'pass', text };
}

function alertShare({ labelled, bands }: Performance, limits: GateLimits): Judged {
  const { scores } = labelled;
  const rows = scores.length;
  const said = bands.map(({ name, from, share }) => {
    const seen = scores.filter((score) => score >= from).length / rows;
    const ratio = seen / share;
    const isOff = ratio < limits.alertRatio.from || ratio > limits.alertRatio.to;
    const isChance =
      Math.abs(seen - share) <= limits.sure * Math.sqrt((share * (1 - share)) / rows);
    const verdict: Verdict = isOff ? (isChance ? 'inconclusive' : 'fail') : 'pass';
    return { verdict, text: `${name}: ${percent(seen)} where ${percent(share)} are declared` };
  });
  return {
    verdict: worst(said.map(({ verdict }) => verdict)),
    text: said.map(({ text }) => text).join('; '),
  };
}

function subgroups({ labelled }: Performance, limits: GateLimits): GateFinding[] {
  const { scores, labels, groups } = labelled;
  const all = areaWithError(scores, labels);
  return Object.entries(groups).map(([name, is]) => {
    const rows = Int32Array.from(labels.keys()).filter((row) => is[row] === 1);
    const own = Uint8Array.from(rows, (row) => labels[row] ?? 0);
    const positives = own.reduce((sum, label) => sum + label, 0);
    const counts = { samples: positives, needed: limits.subgroupPositives } as const;
    const gate = 'subgroups' as const;
    if (positives < limits.subgroupPositives || positives === own.length) {
      return { gate, ...counts, verdict: 'inconclusive', text: `${name}: too few events` };
    }
    const { value, error } = areaWithError(
      Float64Array.from(rows, (row) => scores[row] ?? 0),
      own,
    );
    const gap = all.value - value;
    const verdict = gap - LIKELY * error > limits.subgroupGap ? 'fail' : 'pass';
    return { gate, ...counts, verdict, text: `${name}: AUROC ${signed(-gap)} to all` };
  });
}

function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.includes('inconclusive') ? 'inconclusive' : 'pass';
}

const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(3)}`;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
