import type pg from 'pg';
import type { RecordedEvent } from '../recorded-event.ts';
import { URGENCY_CODES } from './event-row.ts';
import { onClient } from './on-client.ts';

/** "mirr": the copy has one writer at a time, so the lock of each stream is not needed. */
const WRITER_LOCK = 1_835_627_122n;

/** How far a copy has come in a stream of the broker's. */
export interface MirrorPlace {
  readonly stream: string;
  /** When the broker's stream was made. */
  readonly madeAt: Date;
  /** Number of the last message taken over; 0 for none. */
  readonly seq: number;
}

/** Messages in the order of the broker's stream. */
export interface MirroredBatch {
  readonly events: readonly RecordedEvent[];
  /** Where the copy stands after them. */
  readonly place: MirrorPlace;
  /** The broker dropped messages by age: a patient's events may begin in the middle. */
  readonly mayBeginLate: boolean;
}

const RECEIVE = `insert into holdfast.mirror_waiting (tenant, stream, seq, event)
  select $1, t.stream, t.seq, t.event
    from unnest($2::bigint[], $3::bigint[], $4::jsonb[]) with ordinality t(stream, seq, event, nth)
    where not exists (select from holdfast.stream_head h
      where h.tenant = $1 and h.stream = t.stream and h.seq >= t.seq)
    order by nth
  on conflict do nothing`;

const BEGIN = `insert into holdfast.stream_head (tenant, stream, seq)
  select $1, stream, case when $3 then min(seq) - 1 else 0 end from holdfast.mirror_waiting
    where tenant = $1 and stream = any($2::bigint[]) group by stream
  on conflict do nothing`;

/** What follows a stream's head without a hole joins the log, in the order in which that came about. */
const JOIN = `with ranked as (
    select w.*, h.seq as head,
      row_number() over (partition by w.stream order by w.seq) as nth,
      max(w.arrival) over (partition by w.stream order by w.seq) as complete
    from holdfast.mirror_waiting w
    join holdfast.stream_head h on h.tenant = w.tenant and h.stream = w.stream
    where w.tenant = $1 and w.stream = any($2::bigint[])
  ), ready as (
    select * from ranked where seq = head + nth
  ), taken as (
    delete from holdfast.mirror_waiting w using ready r
      where (w.tenant, w.stream, w.seq) = (r.tenant, r.stream, r.seq)
  ), headed as (
    update holdfast.stream_head h set seq = r.seq
      from (select stream, max(seq) as seq from ready group by stream) r
      where h.tenant = $1 and h.stream = r.stream
  )
  insert into holdfast.event (tenant, stream, seq, event_id, interaction, resource_type, resource_id,
    version, patient_id, confidentiality, sensitivity, urgency, actor, request_id, occurred_at)
  select r.tenant, r.stream, r.seq, e.event_id, e.interaction, e.resource_type, e.resource_id,
    e.version, e.patient_id, e.confidentiality, e.sensitivity, e.urgency, e.actor, e.request_id,
    e.occurred_at
  from ready r, jsonb_populate_record(null::holdfast.event, r.event) e
  order by r.complete, r.seq`;

const PLACE = `insert into holdfast.mirror_place as p (broker_stream, made_at, seq)
  values ($1, $2, $3)
  on conflict (broker_stream) do update set made_at = excluded.made_at, seq = excluded.seq`;

/** @returns null where nothing of the stream was ever taken over */
export async function mirrorPlace(pool: pg.Pool, stream: string): Promise<MirrorPlace | null> {
  const { rows } = await pool.query<{ made_at: Date; seq: string }>(
    'select made_at, seq from holdfast.mirror_place where broker_stream = $1',
    [stream],
  );
  const [row] = rows;
  return row === undefined ? null : { stream, madeAt: row.made_at, seq: Number(row.seq) };
}

/**
 * Takes messages over into the log, together with the note how far the copy has come. What is there
 * already is left out; what an earlier event of its stream is still missing for, waits.
 *
 * @param pool the owner's
 */
export async function takeOver(pool: pg.Pool, batch: MirroredBatch): Promise<void> {
  await onClient(pool, async (client) => {
    await client.query('begin');
    await client.query('set local role holdfast_app');
    await client.query('select pg_advisory_xact_lock($1)', [String(WRITER_LOCK)]);
    for (const tenant of new Set(batch.events.map((event) => event.tenant))) {
      const events = batch.events.filter((event) => event.tenant === tenant);
      await takeOverTenant(client, tenant, { ...batch, events });
    }
    await client.query('set local role holdfast_relay');
    const { stream, madeAt, seq } = batch.place;
    await client.query(PLACE, [stream, madeAt, seq]);
    await client.query('commit');
  });
}

async function takeOverTenant(
  client: pg.ClientBase,
  tenant: number,
  { events, mayBeginLate }: MirroredBatch,
): Promise<void> {
  await client.query("select set_config('holdfast.tenant', $1, true)", [String(tenant)]);
  const streams = events.map((event) => String(event.stream));
  const seqs = events.map((event) => String(event.seq));
  await client.query(RECEIVE, [tenant, streams, seqs, events.map(asColumns)]);
  await client.query(BEGIN, [tenant, streams, mayBeginLate]);
  await client.query(JOIN, [tenant, streams]);
}

/** By the names of the log's columns. The place in the origin's log stays out: this is another log. */
function asColumns(event: RecordedEvent): string {
  return JSON.stringify({
    event_id: event.eventId,
    interaction: event.interaction,
    resource_type: event.resourceType,
    resource_id: event.resourceId,
    version: event.version,
    patient_id: event.patientId,
    confidentiality: event.confidentiality,
    sensitivity: String(event.sensitivity),
    urgency: URGENCY_CODES[event.urgency],
    actor: event.actor,
    request_id: event.requestId,
    occurred_at: event.occurredAt,
  });
}
