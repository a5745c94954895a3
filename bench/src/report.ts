import type { Figures } from './bench.ts';
import type { Machine } from './machine.ts';

/** What `--json` prints: the one form that growth runs and documents read. */
export interface Report {
  readonly bench: string;
  /** RFC 3339. */
  readonly at: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly figures: Figures;
}

const SIGNIFICANT_DIGITS = 4;

/** Four significant digits are more than any of these measurements can hold. */
export function rounded(figures: Figures): Figures {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, roundOne(value, name)]),
  );
}

function roundOne(value: number, name: string): number {
  if (!Number.isFinite(value)) throw new RangeError(`figure ${name} is ${value}`);
  return Number.isInteger(value) ? value : Number(value.toPrecision(SIGNIFICANT_DIGITS));
}

/** The same for a person: figures of one dotted prefix side by side. */
export function table({ bench, commit, machine, figures }: Report): string {
  const width = Math.max(...Object.keys(figures).map((name) => name.length));
  const lines: string[] = [];
  let group = '';
  for (const [name, value] of Object.entries(figures)) {
    const prefix = name.slice(0, name.lastIndexOf('.'));
    if (prefix !== group && lines.length > 0) lines.push('');
    group = prefix;
    lines.push(`  ${name.padEnd(width)}  ${value.toLocaleString('en-US').padStart(12)}`);
  }
  const memory = Math.round(machine.memory / 2 ** 30);
  const host = `${machine.cpus} x ${machine.cpuModel}, ${memory} GiB, Node ${machine.node}`;
  const database = machine.postgres === null ? '' : `, PostgreSQL ${machine.postgres}`;
  return `${bench} at ${commit}\n${host}${database}\n\n${lines.join('\n')}\n`;
}
