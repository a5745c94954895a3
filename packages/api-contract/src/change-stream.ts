import { z } from 'zod';
import { checked, jsonOf } from './contract-check.ts';
import { readServerSent, type StreamSign } from './live-reader.ts';
import { FhirId, Instant, Reference, Words } from './primitives.ts';

/** One change as its reader may know of it: which, when, on what; the content is read apart. */
export const Change = z
  .strictObject({
    /** Of the event; a change that comes again has the same. */
    id: z.uuid(),
    at: Instant,
    interaction: z.enum(['create', 'update', 'delete']),
    reference: Reference,
    version: z.int().min(1),
    patient: FhirId.optional(),
  })
  .meta({ id: 'Change' });
export type Change = z.infer<typeof Change>;

/** `live`: told as it happens. `catching-up`: what was missed is read. `paused`: the log is away. */
export const ChangeStreamState = z
  .strictObject({ state: z.enum(['live', 'catching-up', 'paused']) })
  .meta({ id: 'ChangeStreamState' });

/** Events after the position asked for have left the log: read what matters anew. */
export const ChangeStreamGap = z.strictObject({ reason: Words }).meta({ id: 'ChangeStreamGap' });

const EVENTS = { change: Change, state: ChangeStreamState, gap: ChangeStreamGap } as const;

/** A message of `GET /events`; the `id` of a change goes back in `Last-Event-ID`. */
export type ChangeMessage =
  | { readonly event: 'change'; readonly id: string; readonly data: Change }
  | { readonly event: 'state'; readonly data: z.infer<typeof ChangeStreamState> }
  | { readonly event: 'gap'; readonly data: z.infer<typeof ChangeStreamGap> };

/** Reads the stream of changes, see `readServerSent`. */
export function readChanges(
  bytes: ReadableStream<Uint8Array>,
): AsyncGenerator<ChangeMessage | StreamSign> {
  return readServerSent(bytes, (event, id, data): ChangeMessage | undefined => {
    switch (event) {
      case 'change':
        return { event, id, data: checked(EVENTS.change, jsonOf(data)) };
      case 'state':
        return { event, data: checked(EVENTS.state, jsonOf(data)) };
      case 'gap':
        return { event, data: checked(EVENTS.gap, jsonOf(data)) };
      default:
        return undefined;
    }
  });
}
