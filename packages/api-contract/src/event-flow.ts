import { z } from 'zod';
import { RECENT_EVENTS_MAX } from './limits.ts';
import { Count, Instant, Milliseconds, Slug, Words } from './primitives.ts';

/** `live`: woken as events commit. `catching-up`: reading a backlog. `stopped`: nobody reads. */
export const ConsumerState = z.enum(['live', 'catching-up', 'stopped']);

export const ConsumerGroup = z
  .strictObject({
    group: Slug,
    processed: Count,
    /** Committed and visible, not yet handled by this group. */
    lagEvents: Count,
    oldestUnprocessedAt: Instant.nullable(),
    /** Streams held back by a poison event; all others go on. */
    parkedStreams: Count,
    deadLetters: Count,
    state: ConsumerState,
  })
  .meta({ id: 'ConsumerGroup' });
export type ConsumerGroup = z.infer<typeof ConsumerGroup>;

/** One event as an operator may see it: when, on what type; never whose, nor what it says. */
export const RecentEvent = z
  .strictObject({
    /** Opaque and unique; equal ids are the same event. */
    id: z.string().min(1).max(80),
    /** When the change was committed. */
    at: Instant,
    type: Words,
    interaction: z.enum(['create', 'update', 'delete']),
    /** From commit until the slowest group that has handled it; null while none has. */
    lagMs: Milliseconds.nullable(),
  })
  .meta({ id: 'RecentEvent' });
export type RecentEvent = z.infer<typeof RecentEvent>;

/** How consumers learn of a commit; `reason` says why not by logical replication. */
export const EventPush = z
  .strictObject({ mode: z.enum(['logical', 'notify']), reason: Words.nullable() })
  .meta({ id: 'EventPush' });

export const EventFigures = z
  .strictObject({
    /** Events ever committed in this tenant. */
    total: Count,
    lastEventAt: Instant.nullable(),
    push: EventPush,
    groups: z.array(ConsumerGroup).max(64),
    /** Newest first. */
    recent: z.array(RecentEvent).max(RECENT_EVENTS_MAX),
  })
  .meta({ id: 'EventFigures' });
export type EventFigures = z.infer<typeof EventFigures>;
