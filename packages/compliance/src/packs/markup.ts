const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for content and quoted attributes of HTML. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? found);

/** An instant as people read it: UTC, to the second. */
export const timeText = (instant: string): string =>
  `<time datetime="${escaped(instant)}">${escaped(instant.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC'))}</time>`;

export interface Column<Row> {
  readonly head: string;
  /** HTML, escaped already. */
  readonly cell: (row: Row) => string;
}

/** A table with a caption; a sentence where it would be empty. The first column heads its row. */
export function table<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string {
  if (rows.length === 0) return `<p>${escaped(caption)}: none.</p>`;
  const heads = columns.map(({ head }) => `<th scope="col">${escaped(head)}</th>`).join('');
  const lines = rows.map((row) => {
    const cells = columns.map(({ cell }, index) =>
      index === 0 ? `<th scope="row">${cell(row)}</th>` : `<td>${cell(row)}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  // Reachable by keyboard where it is wider than the page.
  return [
    `<div class="wide" role="region" tabindex="0" aria-label="${escaped(caption)}"><table>`,
    `<caption>${escaped(caption)}</caption><thead><tr>${heads}</tr></thead>`,
    `<tbody>${lines.join('\n')}</tbody></table></div>`,
  ].join('\n');
}

export const STYLE = `
:root{color-scheme:light dark;--ink:#1a1d21;--paper:#fff;--line:#6b7280;--band:#f3f4f6}
@media (prefers-color-scheme:dark){:root{--ink:#f1f3f5;--paper:#15181c;--line:#9aa3af;--band:#22262c}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem;max-width:70rem;font:1rem/1.5 system-ui,sans-serif}
body{color:var(--ink);background:var(--paper)}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 1rem}
h2{font-size:1.2rem;margin:2rem 0 .5rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:0}
dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
.wide{overflow-x:auto;margin:1rem 0}
.wide:focus-visible{outline:2px solid var(--ink);outline-offset:2px}
table{border-collapse:collapse;width:100%}
caption{text-align:left;font-weight:600;padding:.25rem 0}
th,td{border:1px solid var(--line);padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
thead th{background:var(--band)}tbody th{font-weight:400}
code,pre{font:.9rem/1.4 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}
@media print{:root{--ink:#000;--paper:#fff;--line:#666;--band:#eee}body{padding:0;max-width:none;font-size:10pt}
.wide{overflow:visible}tr{break-inside:avoid}thead{display:table-header-group}h2{break-after:avoid}@page{margin:18mm}}
`.trim();
