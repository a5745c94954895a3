import type { NormalRecord } from './normalise/normal-record.ts';

/** Records by position: an array, or columns that hold a million of them in less memory. */
export interface RecordList {
  readonly length: number;
  at(position: number): NormalRecord | undefined;
}
