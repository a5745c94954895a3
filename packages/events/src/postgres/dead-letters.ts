import type { ResourceKey, TenantId } from '@holdfast/kernel';
import type pg from 'pg';
import { EVENT_LIMITS } from '../limits.ts';
import type { EventId, StreamRef } from '../recorded-event.ts';

/** An event that no attempt could handle. */
export interface DeadLetter extends StreamRef {
  readonly group: string;
  readonly seq: bigint;
  readonly eventId: EventId;
  /** `Type/id/_history/version`; null once its month has left the log. */
  readonly reference: string | null;
  readonly attempts: number;
  readonly reason: string;
  readonly deadAt: Date;
}

interface LetterRow {
  consumer_group: string;
  tenant: number;
  stream: string;
  seq: string;
  event_id: string;
  reference: string | null;
  attempts: number;
  reason: string;
  dead_at: Date;
}

const LETTERS = `select d.consumer_group, d.tenant, d.stream, d.seq, d.event_id, d.attempts, d.reason,
    d.dead_at, e.resource_type || '/' || e.resource_id || '/_history/' || e.version as reference
  from holdfast.dead_letter d
  left join holdfast.event e on (e.tenant, e.stream, e.seq) = (d.tenant, d.stream, d.seq)
  where d.redriven_at is null and ($1::text is null or d.consumer_group = $1)
  order by d.dead_at desc limit $2`;

/** Dead letters that nobody redrove, newest first, at most `EVENT_LIMITS.deadLetters`. */
export async function listDeadLetters(
  pool: pg.Pool,
  group: string | null = null,
): Promise<DeadLetter[]> {
  const { rows } = await pool.query<LetterRow>(LETTERS, [group, EVENT_LIMITS.deadLetters]);
  return rows.map((row) => ({
    group: row.consumer_group,
    tenant: row.tenant as TenantId,
    stream: BigInt(row.stream) as ResourceKey,
    seq: BigInt(row.seq),
    eventId: row.event_id as EventId,
    reference: row.reference,
    attempts: row.attempts,
    reason: row.reason,
    deadAt: row.dead_at,
  }));
}
