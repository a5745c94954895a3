import type { HumanEntry, MachineEntry } from './incident.ts';

type Entry = HumanEntry | MachineEntry;

/** The fields of entries that hold an instant: text in the table. */
const INSTANTS: ReadonlySet<string> = new Set(['since', 'endedAt', 'instant', 'from', 'until']);

/** An entry as it is stored. */
export const entryLine = (entry: Entry): string => JSON.stringify(entry);

/** @param line as `entryLine` made it, parsed */
export function entryOf(line: unknown): Entry {
  return Object.fromEntries(
    Object.entries(line as Record<string, unknown>).map(([name, value]) => [
      name,
      INSTANTS.has(name) ? new Date(String(value)) : value,
    ]),
  ) as unknown as Entry;
}
