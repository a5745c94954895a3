import type { Brand } from '@holdfast/kernel';

/**
 * Which cluster's transaction ids a cursor is made of (`pg_control_system().system_identifier`).
 * Positions of two clusters do not compare.
 */
export type ClusterEpoch = Brand<string, 'ClusterEpoch'>;

/**
 * A place in the log: the xid8 of the writing transaction, then the row's id. Ids alone are no
 * order, because a transaction may commit late with an id drawn early.
 */
export interface Cursor {
  readonly xid: bigint;
  readonly id: bigint;
}

/** Before the first event. */
export const ORIGIN: Cursor = { xid: 0n, id: 0n };

/** Negative where `a` comes first, 0 where both name the same place. */
export function compareCursors(a: Cursor, b: Cursor): number {
  if (a.xid !== b.xid) return a.xid < b.xid ? -1 : 1;
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return 0;
}

export function laterCursor(a: Cursor, b: Cursor): Cursor {
  return compareCursors(a, b) >= 0 ? a : b;
}

/** `xid/id`, for logs and status answers of operators; never part of a public API answer. */
export function formatCursor(cursor: Cursor): string {
  return `${cursor.xid}/${cursor.id}`;
}

/** @returns null where the text is no cursor. */
export function parseCursor(text: string): Cursor | null {
  const match = /^(\d{1,20})\/(\d{1,19})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return { xid: BigInt(match[1]), id: BigInt(match[2]) };
}
