import type { Accounting } from '../accounting/account.ts';
import { type Accesses, answerOf, type Emergencies, type Emergency } from './answer.ts';
import { type Column, escaped, STYLE, table, timeText } from './markup.ts';
import { type EvidencePack, type PackKind, recordOf } from './pack.ts';

const TITLES: Readonly<Record<PackKind, string>> = {
  accounting: 'Accounting of disclosures',
  accesses: 'Who saw this record',
  'break-glass': 'Emergency accesses and their reviews',
};

/**
 * A pack as one HTML page that needs nothing else: to read, to print, light and dark. The same pack
 * gives the same page, byte for byte, so that a page can be held against its pack.
 */
export function renderPack(pack: EvidencePack): string {
  const title = `${TITLES[pack.kind]}: patient ${pack.question.patient}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${summaryOf(pack)}
${answerText(pack)}
${proofText(pack)}
</main>
</body>
</html>
`;
}

function summaryOf({ question }: EvidencePack): string {
  const terms: [string, string][] = [
    ['Patient', escaped(question.patient)],
    ['Period', `${timeText(question.from)} to before ${timeText(question.until)}`],
    ['Asked by', escaped(question.askedBy)],
    ['Asked at', timeText(question.askedAt)],
  ];
  return `<dl>${terms.map(([term, said]) => `<dt>${term}</dt><dd>${said}</dd>`).join('')}</dl>`;
}

function answerText(pack: EvidencePack): string {
  const records = pack.entries.flatMap((entry) => {
    const read = recordOf(entry);
    return read.ok ? [read.value] : [];
  });
  // Computed, not copied: what the page shows is what the entries say.
  const answer = answerOf(pack.kind, records, pack);
  if ('series' in answer) return accountingText(answer);
  if ('accesses' in answer) return accessesText(answer);
  return emergenciesText(answer);
}

const list = (all: readonly string[]): string => escaped(all.join(', '));

function accountingText({ series, disclosures, leftOut }: Accounting): string {
  const columns: Column<Accounting['series'][number]>[] = [
    { head: 'Recipient', cell: ({ recipient }) => escaped(recipient.name) },
    { head: 'Address', cell: ({ recipient }) => escaped(recipient.address ?? 'not known') },
    { head: 'What', cell: ({ what }) => list(what) },
    { head: 'Purpose', cell: ({ purpose }) => escaped(purpose) },
    { head: 'First', cell: ({ first }) => timeText(first) },
    { head: 'Last', cell: ({ last }) => timeText(last) },
    { head: 'Times', cell: ({ count }) => String(count) },
  ];
  const left: Column<Accounting['leftOut'][number]>[] = [
    { head: 'Why', cell: ({ rule }) => escaped(rule) },
    { head: 'Records', cell: ({ count }) => String(count) },
  ];
  return [
    `<h2>Disclosures</h2><p>${disclosures} disclosures to be accounted for under 45 CFR 164.528.</p>`,
    table('Disclosures by recipient and purpose', columns, series),
    '<h2>Left out</h2>',
    table('Records that are no disclosures to be accounted for', left, leftOut),
  ].join('\n');
}

function accessesText({ accesses, actors }: Accesses): string {
  const columns: Column<Accesses['accesses'][number]>[] = [
    { head: 'When', cell: ({ at }) => timeText(at) },
    { head: 'Who', cell: ({ who }) => escaped(who) },
    { head: 'As', cell: ({ roles }) => list(roles) },
    { head: 'Did', cell: ({ interaction }) => escaped(interaction) },
    { head: 'What', cell: ({ what }) => escaped(what) },
    { head: 'Purpose', cell: ({ purposes }) => list(purposes) },
    { head: 'Outcome', cell: ({ refused }) => (refused ? 'refused or failed' : 'done') },
  ];
  const count = `<p>${accesses.length} records, ${actors} people and programs.</p>`;
  return `<h2>Accesses</h2>${count}\n${table('Accesses, oldest first', columns, accesses)}`;
}

function emergenciesText({ emergencies, unreviewed }: Emergencies): string {
  const columns: Column<Emergency>[] = [
    { head: 'Opened', cell: ({ openedAt }) => timeText(openedAt) },
    { head: 'Closed', cell: ({ closedAt }) => timeText(closedAt) },
    { head: 'Who', cell: ({ actor }) => escaped(actor) },
    { head: 'Reason', cell: ({ reason }) => escaped(reason) },
    { head: 'Accesses meanwhile', cell: ({ during }) => String(during.length) },
    { head: 'Verdict', cell: ({ verdict }) => escaped(verdict ?? 'not reviewed yet') },
    { head: 'Reviewed by', cell: ({ reviewedBy }) => escaped(reviewedBy ?? '') },
    { head: 'Note', cell: ({ note }) => escaped(note ?? '') },
  ];
  const steps = emergencies.flatMap((each) => each.steps);
  const stepColumns: Column<Emergency['steps'][number]>[] = [
    { head: 'When', cell: ({ at }) => timeText(at) },
    { head: 'Step', cell: ({ step }) => escaped(step) },
    { head: 'By', cell: ({ by }) => escaped(by) },
    { head: 'Record', cell: ({ record }) => `<code>${escaped(record)}</code>` },
  ];
  return [
    `<h2>Emergency accesses</h2><p>${emergencies.length}, of which ${unreviewed} await a review.</p>`,
    table('Emergency accesses', columns, emergencies),
    '<h2>Steps on record</h2>',
    table('Steps of the emergency accesses', stepColumns, steps),
  ].join('\n');
}

function proofText({ entries, completeness, log }: EvidencePack): string {
  const erased = entries.filter(({ body }) => body === null).length;
  const gone = erased === 0 ? '' : ` Of ${erased} of them the content was erased.`;
  return `<h2>What proves it</h2>
<p>The file pack.json beside this page holds all ${entries.length} records about this patient among the
first ${completeness.size} of the audit log, with proofs that each stands in the signed log and that
there are no others.${gone} What is said above follows from them. Names, reasons, verdicts and notes are
what the platform's directory and forms say.</p>
<p>To check it without the platform, compare the key below with one you were given elsewhere, then run</p>
<pre><code>npx holdfast ledger verify pack.json --key '${escaped(log.key)}'</code></pre>`;
}
