import type { Timers } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { FENCE_RETRY_MS } from '../limits.ts';

/** A moment in the order of transactions: past once every number below it has ended. */
export type Fence = string;

/**
 * Waits until every transaction with a number below the fence has ended: looks again after a pause
 * that doubles, as PostgreSQL tells nobody of an end.
 * @throws the signal's reason once it is aborted
 */
export async function past(
  source: Queryable,
  fence: Fence,
  { timers, signal }: { readonly timers: Timers; readonly signal?: AbortSignal },
): Promise<void> {
  let pause: number = FENCE_RETRY_MS.first;
  while (!(await isPast(source, fence))) {
    signal?.throwIfAborted();
    const ms = pause;
    await new Promise<void>((resolve) => timers.after(ms, resolve));
    pause = Math.min(pause * 2, FENCE_RETRY_MS.most);
  }
}

/** Waits until every transaction that is under way now has ended. */
export async function othersEnded(source: Queryable, timers: Timers): Promise<void> {
  await past(source, await drawFence(source), { timers });
}

/**
 * A number drawn now, above that of whatever is under way. A snapshot's end would not do: it lies
 * after what has ended, and may lie before what has not.
 */
export async function drawFence(source: Queryable): Promise<Fence> {
  const { rows } = await source.query<{ fence: string }>(
    'select pg_current_xact_id()::text as fence',
  );
  return rows[0]?.fence ?? '';
}

/** Whether every transaction with a number below the fence has ended. */
export async function isPast(source: Queryable, fence: Fence): Promise<boolean> {
  const { rows } = await source.query<{ past: boolean }>(
    'select pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 as past',
    [fence],
  );
  return rows[0]?.past === true;
}
