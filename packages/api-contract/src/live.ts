import { z } from 'zod';
import { Overview } from './overview.ts';
import { Signal } from './signals.ts';

/** A signal that opened, changed or closed; sent at once, not held back like snapshots. */
export const SignalChange = z
  .strictObject({ change: z.enum(['opened', 'updated', 'resolved']), signal: Signal })
  .meta({ id: 'SignalChange' });
export type SignalChange = z.infer<typeof SignalChange>;

/** `data` of each event name of `GET /operations/live`. */
export const LIVE_EVENTS = { overview: Overview, signal: SignalChange } as const;

/**
 * One message of the live stream. `id` goes back in `Last-Event-ID` on reconnecting; the server
 * then resends every signal change after it and a fresh overview.
 */
export type LiveMessage =
  | { readonly event: 'overview'; readonly id: string; readonly data: Overview }
  | { readonly event: 'signal'; readonly id: string; readonly data: SignalChange };
