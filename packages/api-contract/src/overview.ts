import { z } from 'zod';
import { EventFigures } from './event-flow.ts';
import { InferenceFigures } from './inference-lanes.ts';
import { LedgerHead } from './ledger-head.ts';
import { SNAPSHOT_SIGNALS_MAX } from './limits.ts';
import { Count, Instant, Words } from './primitives.ts';
import { RequestFigures } from './requests.ts';
import { Signal } from './signals.ts';

export const DatabaseHealth = z
  .strictObject({
    state: z.enum(['up', 'down']),
    /** e.g. `18.4`; null until the first connection. */
    version: z.string().min(1).max(80).nullable(),
    /** Since when it has been in this state. */
    since: Instant,
  })
  .meta({ id: 'DatabaseHealth' });

/** Everything the console's first page shows, taken at one instant. Holds no clinical content. */
export const Overview = z
  .strictObject({
    at: Instant,
    startedAt: Instant,
    version: Words,
    database: DatabaseHealth,
    requests: RequestFigures,
    /** Consent and access decisions since the process started. */
    decisions: z.strictObject({ permitted: Count, denied: Count }),
    events: EventFigures,
    inference: InferenceFigures,
    ledger: LedgerHead,
    /** Open ones first, then by `lastSeenAt`, newest first. */
    signals: z.array(Signal).max(SNAPSHOT_SIGNALS_MAX),
  })
  .meta({ id: 'Overview' });
export type Overview = z.infer<typeof Overview>;
