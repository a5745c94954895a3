import type { Checkpoint } from './checkpoint.ts';

/**
 * What a checkpoint's one extension line says, and its signature covers: its number among the
 * log's checkpoints, so that a hole shows, and when it was signed.
 */
export interface Stamp {
  /** From 0, without gap. */
  readonly number: number;
  readonly at: Date;
}

const LINE = /^checkpoint (0|[1-9][0-9]{0,14}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/;

/** E.g. `checkpoint 17 2026-11-24T08:00:00.000Z`. */
export function formatStamp({ number, at }: Stamp): string {
  return `checkpoint ${number} ${at.toISOString()}`;
}

/** null where the checkpoint carries none: it is not one of this software's logs. */
export function stampOf({ extensions = [] }: Checkpoint): Stamp | null {
  const [, number, at] = LINE.exec(extensions[0] ?? '') ?? [];
  if (number === undefined || at === undefined) return null;
  return { number: Number(number), at: new Date(at) };
}
