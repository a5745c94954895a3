import type { Cursor } from './cursor.ts';
import { compareCursors } from './cursor.ts';
import { type RecordedEvent, type StreamRef, streamKey } from './recorded-event.ts';

/** A row of the log with what the group already knows of its stream. */
export interface LogRow {
  readonly event: RecordedEvent;
  /** The newest event of the stream whose effect is committed; null where there is none. */
  readonly done: { readonly seq: bigint; readonly position: Cursor } | null;
  /** An earlier event of the stream failed and waits: this one waits behind it. */
  readonly parked: boolean;
}

export interface BatchPlan {
  /** Per lane its events, in log order. A stream is in one lane only. */
  readonly lanes: readonly (readonly RecordedEvent[])[];
  /** Events that come after a later one of their stream: a writer broke the lock rule. */
  readonly disordered: readonly RecordedEvent[];
}

/** Same stream, same lane, on every process: multiplicative hash of tenant and stream. */
export function laneOf(ref: StreamRef, lanes: number): number {
  const mixed = BigInt.asUintN(
    64,
    (ref.stream ^ (BigInt(ref.tenant) << 48n)) * 0x9e3779b97f4a7c15n,
  );
  return Number((mixed >> 33n) % BigInt(lanes));
}

/**
 * Sorts a batch into lanes. What is done already and what waits behind a parked event drops out;
 * the cursor passes both.
 *
 * @param rows in log order
 */
export function planBatch(rows: readonly LogRow[], lanes: number): BatchPlan {
  const planned: RecordedEvent[][] = Array.from({ length: lanes }, () => []);
  const disordered: RecordedEvent[] = [];
  const newest = new Map<string, bigint>();
  for (const { event, done, parked } of rows) {
    if (parked) continue;
    if (done !== null && event.seq <= done.seq) {
      if (compareCursors(event.position, done.position) > 0) disordered.push(event);
      continue;
    }
    const key = streamKey(event);
    if (event.seq <= (newest.get(key) ?? 0n)) {
      disordered.push(event);
      continue;
    }
    newest.set(key, event.seq);
    planned[laneOf(event, lanes)]?.push(event);
  }
  return { lanes: planned.filter((lane) => lane.length > 0), disordered };
}

/** Consecutive pieces of at most `size`. */
export function* pieces<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
