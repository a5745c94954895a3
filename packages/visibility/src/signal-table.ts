import type { Signal } from './signal.ts';
import type { SignalRecord } from './signal-line.ts';

/** Where signals outlive the process. Rejects where the database does not answer. */
export interface SignalTable {
  /** Stores the records; storing one twice, or an older one after a newer, changes nothing. */
  save(records: readonly SignalRecord[]): Promise<void>;
  /** The open signals and the most recent others, with their patients. */
  load(limit: number): Promise<readonly Signal[]>;
}
