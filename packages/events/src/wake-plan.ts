import { type Cursor, compareCursors, laterCursor, ORIGIN } from './cursor.ts';

/**
 * When a group reads the log. Nothing polls: a read follows a wake-up, and one timer is armed only
 * while an event is known to exist that the fence does not let through yet.
 */
export interface WakeState {
  /** A wake-up came since the last read began. */
  readonly woken: boolean;
  /** The furthest position a push has told of. */
  readonly announced: Cursor;
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
  return { woken: false, announced: ORIGIN, recheckMs: bounds.firstMs };
}

export function wakened(state: WakeState, announced: Cursor | null): WakeState {
  return {
    ...state,
    woken: true,
    announced: announced === null ? state.announced : laterCursor(state.announced, announced),
  };
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
  /** Rows are visible that the fence holds back. */
  readonly held: boolean;
}

/** Decides what follows a read that ran dry. */
export function readEnds(
  state: WakeState,
  outcome: ReadOutcome,
  bounds: RecheckBounds,
): { readonly state: WakeState; readonly action: WakeAction } {
  if (state.woken) return { state, action: { kind: 'read' } };
  const outstanding = outcome.held || compareCursors(state.announced, outcome.cursor) > 0;
  if (!outstanding) {
    return { state: { ...state, recheckMs: bounds.firstMs }, action: { kind: 'sleep' } };
  }
  const afterMs = outcome.moved ? bounds.firstMs : state.recheckMs;
  const recheckMs = Math.min(bounds.lastMs, afterMs * 2);
  return { state: { ...state, recheckMs }, action: { kind: 'recheck', afterMs } };
}
