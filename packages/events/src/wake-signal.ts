import type { Cursor } from './cursor.ts';
import type { EventHead } from './recorded-event.ts';

/** An event that is committed. It may not be readable yet. */
export interface Announced {
  readonly position: Cursor;
  /** Who handles nothing of the kind need not look. */
  readonly head: EventHead;
}

/** @param announced null: there may be one, of any kind, which may not be readable yet */
export type Announce = (announced: Announced | null) => void;

/**
 * Says when to read the log. May be late, early or repeated; must not stay silent after a commit, nor
 * about any of its events.
 */
export interface WakeSignal {
  /** @returns ends the subscription */
  subscribe(announce: Announce): () => void;
}
