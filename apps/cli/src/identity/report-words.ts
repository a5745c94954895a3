import type { MatchReport } from '@holdfast/identity';

const whole = (number: number): string => number.toLocaleString('en-US');
const percent = (share: number | null): string =>
  share === null ? '-' : `${(100 * share).toFixed(2)} %`;

/** The report for a terminal; the page has the picture. */
export function reportWords({ truth, ...report }: MatchReport, seconds: number): string {
  const { grades, groups, withheld } = report;
  const lines = [
    `${whole(report.records)} records, ${whole(report.candidatePairs)} pairs compared in ${seconds.toFixed(1)} s (${percent(report.reductionRatio)} of all pairs needed none)`,
    `  linked        ${whole(grades.certain)} pairs, ${whole(groups.count)} groups of ${whole(groups.records)} records`,
    `  for a steward ${whole(grades.probable)} probable, ${whole(grades.possible)} possible; held back ${whole(withheld['maybe-family'])} that may be a family, ${whole(withheld['no-identity-evidence'])} without names that agree`,
  ];
  if (truth === undefined) return `${lines.join('\n')}\n`;
  lines.push(
    `  true pairs    ${whole(truth.truePairs)}, ${percent(truth.pairsCompleteness)} of them compared`,
    `  linked        precision ${percent(truth.autoLink.precision)}, recall ${percent(truth.autoLink.recall)}; in groups ${percent(truth.grouped.precision)} and ${percent(truth.grouped.recall)}`,
    '  found from    precision     recall         F1',
  );
  for (const { probability, precision, recall, f1 } of truth.thresholds) {
    const cells = [precision, recall, f1].map((share) => percent(share).padStart(10));
    lines.push(`  ${String(probability).padEnd(12)}${cells.join(' ')}`);
  }
  return `${lines.join('\n')}\n`;
}
