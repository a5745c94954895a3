import { randomUUID } from 'node:crypto';
import type { Queryable } from '@holdfast/postgres';
import { URGENCY_CODES } from '../postgres/event-row.ts';
import type { Urgency } from '../recorded-event.ts';

export interface Appended {
  readonly stream: number;
  readonly tenant?: number;
  readonly resourceType?: string;
  readonly urgency?: Urgency;
}

/**
 * Appends an event inside the caller's transaction in the order the store keeps: the stream's lock
 * as a statement of its own, before anything draws a transaction id; head row; event.
 *
 * @returns the event's place in its stream
 */
export async function appendEvent(tx: Queryable, what: Appended): Promise<number> {
  await tx.query('select pg_advisory_xact_lock($1)', [what.stream]);
  return appendEventLocked(tx, what);
}

/** The part after the lock; by itself only for tests that break the rule. */
export async function appendEventLocked(tx: Queryable, what: Appended): Promise<number> {
  const { stream, tenant = 1, resourceType = 'Observation', urgency = 'none' } = what;
  const { rows } = await tx.query<{ seq: string }>(
    `insert into holdfast.stream_head as h (tenant, stream, seq) values ($1, $2, 1)
     on conflict (tenant, stream) do update set seq = h.seq + 1 returning seq`,
    [tenant, stream],
  );
  const seq = Number(rows[0]?.seq);
  await tx.query(
    `insert into holdfast.event (tenant, stream, seq, event_id, interaction, resource_type,
       resource_id, version, patient_id, confidentiality, sensitivity, urgency, actor, request_id)
     values ($1, $2, $3, $4, 'create', $5, $6, 1, $7, 2, 0, $8, 'Practitioner/test', 'request')`,
    [
      ...[tenant, stream, seq, randomUUID(), resourceType, `${stream}-${seq}`],
      ...[`patient-${stream}`, URGENCY_CODES[urgency]],
    ],
  );
  return seq;
}
