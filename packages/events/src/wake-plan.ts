import { type Cursor, compareCursors, laterCursor, ORIGIN } from './cursor.ts';

/**
 * When a group reads the log. Nothing polls: a read follows a wake-up, and one timer is armed only
 * while an event is known to exist that the fence does not let through yet, or while one may: a
 * commit is decoded before it can be read, so a wake-up that names no event may be ahead of its own,
 * and a reader who comes after the push gets no other. Every transaction under way then is waited for.
 */
export interface WakeState {
  /** A wake-up came since the last read began. */
  readonly woken: boolean;
  /** The furthest position a push has told of. */
  readonly announced: Cursor;
  /** What a wake-up without a position may have been about ends below this transaction id. */
  readonly sweepTo: bigint | 'next read' | null;
  /** Delay of the next re-check, in ms. */
  readonly recheckMs: number;
}

export interface RecheckBounds {
  readonly firstMs: number;
  readonly lastMs: number;
}

export type WakeAction =
  | { readonly kind: 'read' }
  | { readonly kind: 'recheck'; readonly afterMs: number }
  | { readonly kind: 'sleep' };

export function asleep(bounds: RecheckBounds): WakeState {
  return { woken: false, announced: ORIGIN, sweepTo: null, recheckMs: bounds.firstMs };
}

/** @param announced null: something was committed, or may have been */
export function wakened(state: WakeState, announced: Cursor | null): WakeState {
  if (announced === null) return { ...state, woken: true, sweepTo: 'next read' };
  return { ...state, woken: true, announced: laterCursor(state.announced, announced) };
}

/** A timer of the reader's own: nothing is known that was not known before. */
export function due(state: WakeState): WakeState {
  return { ...state, woken: true };
}

export function readBegins(state: WakeState): WakeState {
  return { ...state, woken: false };
}

/** What a drained read found. */
export interface ReadOutcome {
  /** Where the group stands now. */
  readonly cursor: Cursor;
  /** The cursor moved. */
  readonly moved: boolean;
  readonly snapshot: SnapshotBounds;
}

/** Of a PostgreSQL snapshot: ids below `oldest` have ended, those from `next` on were not given out. */
export interface SnapshotBounds {
  readonly oldest: bigint;
  readonly next: bigint;
}

/** Decides what follows a read that ran dry. */
export function readEnds(
  state: WakeState,
  outcome: ReadOutcome,
  bounds: RecheckBounds,
): { readonly state: WakeState; readonly action: WakeAction } {
  if (state.woken) return { state, action: { kind: 'read' } };
  const { oldest, next } = outcome.snapshot;
  const bound = state.sweepTo === 'next read' ? next : state.sweepTo;
  const sweepTo = bound !== null && oldest < bound ? bound : null;
  const announced = compareCursors(state.announced, outcome.cursor) > 0;
  if (!announced && sweepTo === null) {
    return { state: { ...state, sweepTo, recheckMs: bounds.firstMs }, action: { kind: 'sleep' } };
  }
  const afterMs = outcome.moved ? bounds.firstMs : state.recheckMs;
  const recheckMs = Math.min(bounds.lastMs, afterMs * 2);
  return { state: { ...state, sweepTo, recheckMs }, action: { kind: 'recheck', afterMs } };
}
