import type { ResourceKey, TenantId } from '@holdfast/kernel';
import type pg from 'pg';
import { EVENT_LIMITS } from '../limits.ts';
import type { EventId, StreamRef } from '../recorded-event.ts';

/** A stream that waits behind an event which failed. */
export interface WaitingStream extends StreamRef {
  readonly group: string;
  /** Of the event that failed. */
  readonly seq: bigint;
  readonly eventId: EventId;
  /** `Type/id/_history/version`; null once its month has left the log. */
  readonly reference: string | null;
  readonly attempts: number;
  readonly reason: string;
  /** null: it tries no more by itself. */
  readonly nextAttemptAt: Date | null;
}

interface ParkedRow {
  consumer_group: string;
  tenant: number;
  stream: string;
  seq: string;
  event_id: string;
  reference: string | null;
  attempts: number;
  reason: string;
  next_attempt_at: Date | null;
}

const PARKED = `select p.consumer_group, p.tenant, p.stream, p.seq, p.event_id, p.attempts, p.reason,
    p.next_attempt_at, e.resource_type || '/' || e.resource_id || '/_history/' || e.version as reference
  from holdfast.consumer_parked p
  left join holdfast.event e on (e.tenant, e.stream, e.seq) = (p.tenant, p.stream, p.seq)
  where $1::text is null or p.consumer_group = $1
  order by p.next_attempt_at nulls last, p.consumer_group, p.stream limit $2`;

/** Parked streams, those first that try again soonest, at most `EVENT_LIMITS.deadLetters`. */
export async function listParkedStreams(
  pool: pg.Pool,
  group: string | null = null,
): Promise<WaitingStream[]> {
  const { rows } = await pool.query<ParkedRow>(PARKED, [group, EVENT_LIMITS.deadLetters]);
  return rows.map((row) => ({
    group: row.consumer_group,
    tenant: row.tenant as TenantId,
    stream: BigInt(row.stream) as ResourceKey,
    seq: BigInt(row.seq),
    eventId: row.event_id as EventId,
    reference: row.reference,
    attempts: row.attempts,
    reason: row.reason,
    nextAttemptAt: row.next_attempt_at,
  }));
}
