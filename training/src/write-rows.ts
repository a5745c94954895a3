import { writeFileSync } from 'node:fs';
import type { TrainingTask } from './task.ts';

const PATIENTS = 6_000;
/** Of the rows one in six: a patient's are alike, and the gates count on rows of their own. */
const EVERY = 6;

/**
 * Rows with known outcomes for `holdfast models evaluate`, one JSON object a line: drawn from all rows
 * alike, since one of each patient would have the short stays, and so the events, too often.
 */
export function writeRows(
  task: TrainingTask,
  { seed, file }: { readonly seed: number; readonly file: string },
): void {
  const table = task.table({ seed, first: 0, patients: PATIENTS });
  const drawn = [...table.rows.keys()].filter(
    (row) => (Math.imul(row, 0x9e3779b1) >>> 0) % EVERY === 0,
  );
  const lines = drawn.map((row) =>
    JSON.stringify({
      vector: Array.from(table.rows[row] ?? [], (value) => (Number.isNaN(value) ? null : value)),
      label: table.labels[row],
      baseline: table.baseline[row],
      groups: Object.keys(table.subgroups).filter((name) => table.subgroups[name]?.[row] === 1),
    }),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
  console.log(`${lines.length} rows in ${file}`);
}
