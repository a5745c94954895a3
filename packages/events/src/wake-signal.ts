import type { Cursor } from './cursor.ts';

/**
 * @param position the furthest event known to be committed, or null: there may be one, which may not
 *   be readable yet
 */
export type Announce = (position: Cursor | null) => void;

/** Says when to read the log. May be late, early or repeated; must not stay silent after a commit. */
export interface WakeSignal {
  /** @returns ends the subscription */
  subscribe(announce: Announce): () => void;
}
