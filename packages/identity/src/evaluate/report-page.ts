import type { MatchReport, Quality } from './match-report.ts';
import { scorePicture } from './score-picture.ts';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const percent = (share: number | null): string =>
  share === null ? '–' : `${(100 * share).toFixed(2)} %`;
const whole = (number: number): string => number.toLocaleString('en-US');

const row = (...cells: readonly string[]): string =>
  `<tr>${cells.map((cell, at) => (at === 0 ? `<th scope="row">${escaped(cell)}</th>` : `<td>${escaped(cell)}</td>`)).join('')}</tr>`;

const table = (caption: string, heads: readonly string[], rows: readonly string[]): string =>
  `<table><caption>${escaped(caption)}</caption><thead><tr>${heads
    .map((head) => `<th scope="col">${escaped(head)}</th>`)
    .join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;

/** A page that needs nothing but itself, for a person who decides whether the parameters will do. */
export function reportPage(title: string, report: MatchReport): string {
  const { truth } = report;
  const facts = [
    row('Records', whole(report.records)),
    row('Pairs compared', whole(report.candidatePairs)),
    row('Pairs that nobody had to compare', percent(report.reductionRatio)),
    row('Linked automatically (certain)', whole(report.grades.certain)),
    row('For a steward: probable', whole(report.grades.probable)),
    row('For a steward: possible', whole(report.grades.possible)),
    row('Held back: may be a family', whole(report.withheld['maybe-family'])),
    row('Held back: no names that agree', whole(report.withheld['no-identity-evidence'])),
    row('Groups of two and more', whole(report.groups.count)),
    row('Records in them', whole(report.groups.records)),
    row('Largest group', whole(report.groups.largest)),
  ];
  const judged =
    truth === undefined
      ? ''
      : qualityTables('All records', truth) +
        table(
          'Beside the truth',
          ['', ''],
          [
            row('True pairs among those compared', percent(truth.pairsCompleteness)),
            row('Groups: precision', percent(truth.grouped.precision)),
            row('Groups: recall', percent(truth.grouped.recall)),
          ],
        ) +
        truth.byGroup.map((each) => qualityTables(each.group, each)).join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escaped(title)}</h1>${scorePicture(report.steps)}
${table('What came out', ['', ''], facts)}${judged}</main></body></html>
`;
}

function qualityTables(
  of: string,
  { thresholds, autoLink, reviewShare, truePairs }: Quality,
): string {
  const rows = thresholds.map(({ probability, precision, recall, f1 }) =>
    row(`${probability}`, percent(precision), percent(recall), percent(f1)),
  );
  const auto = row(
    'linked automatically',
    percent(autoLink.precision),
    percent(autoLink.recall),
    '',
  );
  const left = row('left to a steward', '', percent(reviewShare), '');
  return table(
    `${of}: ${whole(truePairs)} true pairs`,
    ['Found from this probability on', 'Precision', 'Recall', 'F1'],
    [...rows, auto, left],
  );
}

const STYLE = `:root{color-scheme:light dark;--same:#0b7a4b;--different:#b3261e;--unknown:#5f6b7a}
@media (prefers-color-scheme:dark){:root{--same:#4cc38a;--different:#ff8a80;--unknown:#a3adba}}
body{font:16px/1.5 system-ui,sans-serif;margin:2rem}main{max-width:60rem;margin:auto}
table{border-collapse:collapse;margin:1.5rem 0;width:100%}caption{text-align:start;font-weight:600}
th,td{border-block-end:1px solid #8886;padding:.25rem .5rem;text-align:end;font-variant-numeric:tabular-nums}
th:first-child{text-align:start;font-weight:400}svg{width:100%;height:auto}
svg text{font:12px system-ui,sans-serif;fill:currentColor}`;
