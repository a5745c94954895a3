import type { ResourceKey, TenantId } from '@holdfast/kernel';
import type pg from 'pg';
import { EVENT_LIMITS } from '../limits.ts';
import type { EventId, StreamRef } from '../recorded-event.ts';

/** An event that a group could not handle, as it is kept. */
interface KeptFailure extends StreamRef {
  readonly group: string;
  readonly seq: bigint;
  readonly eventId: EventId;
  /** `Type/id/_history/version`; null once its month has left the log. */
  readonly reference: string | null;
  readonly attempts: number;
  readonly reason: string;
}

/** An event that no attempt could handle. */
export interface DeadLetter extends KeptFailure {
  readonly deadAt: Date;
}

/** A stream that waits behind an event that failed. */
export interface WaitingStream extends KeptFailure {
  /** null: it tries no more by itself. */
  readonly nextAttemptAt: Date | null;
}

interface FailureRow {
  consumer_group: string;
  tenant: number;
  stream: string;
  seq: string;
  event_id: string;
  reference: string | null;
  attempts: number;
  reason: string;
}

const SELECT = `select f.*,
    e.resource_type || '/' || e.resource_id || '/_history/' || e.version as reference`;
const EVENT = `left join holdfast.event e on (e.tenant, e.stream, e.seq) = (f.tenant, f.stream, f.seq)
  where ($1::text is null or f.consumer_group = $1)`;

const LETTERS = `${SELECT} from holdfast.dead_letter f ${EVENT} and f.redriven_at is null
  order by f.dead_at desc limit $2`;

const PARKED = `${SELECT} from holdfast.consumer_parked f ${EVENT}
  order by f.next_attempt_at nulls last, f.consumer_group, f.stream limit $2`;

/** Dead letters that nobody redrove, newest first, at most `EVENT_LIMITS.deadLetters`. */
export async function listDeadLetters(
  pool: pg.Pool,
  group: string | null = null,
): Promise<DeadLetter[]> {
  const values = [group, EVENT_LIMITS.deadLetters];
  const { rows } = await pool.query<FailureRow & { dead_at: Date }>(LETTERS, values);
  return rows.map((row) => ({ ...failureOf(row), deadAt: row.dead_at }));
}

/** Parked streams, those first that try again soonest, at most `EVENT_LIMITS.deadLetters`. */
export async function listParkedStreams(
  pool: pg.Pool,
  group: string | null = null,
): Promise<WaitingStream[]> {
  const values = [group, EVENT_LIMITS.deadLetters];
  const { rows } = await pool.query<FailureRow & { next_attempt_at: Date | null }>(PARKED, values);
  return rows.map((row) => ({ ...failureOf(row), nextAttemptAt: row.next_attempt_at }));
}

const failureOf = (row: FailureRow): KeptFailure => ({
  group: row.consumer_group,
  tenant: row.tenant as TenantId,
  stream: BigInt(row.stream) as ResourceKey,
  seq: BigInt(row.seq),
  eventId: row.event_id as EventId,
  reference: row.reference,
  attempts: row.attempts,
  reason: row.reason,
});
