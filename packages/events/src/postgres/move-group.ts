import { faults } from '@holdfast/kernel';
import type pg from 'pg';
import { type Cursor, compareCursors, ORIGIN } from '../cursor.ts';
import { EVENT_FAULTS } from '../errors.ts';
import type { StreamRef } from '../recorded-event.ts';

const fault = faults(EVENT_FAULTS);

/** Leaders listen here for what was done to their group from outside. */
export const GROUP_CHANNEL = 'holdfast_consumer';

/**
 * What a replay handles again: the log right after a position, from the first event that happened
 * at a time, or one stream (one patient) from a number on.
 */
export type ReplayFrom =
  | { readonly kind: 'origin' }
  | { readonly kind: 'position'; readonly after: Cursor }
  | { readonly kind: 'time'; readonly at: Date }
  | { readonly kind: 'stream'; readonly stream: StreamRef; readonly fromSeq: bigint };

/**
 * Lets a parked stream try again at once, with all its attempts.
 *
 * @throws Fault `events/stream-not-parked`
 */
export async function redriveStream(
  client: pg.ClientBase,
  group: string,
  { tenant, stream }: StreamRef,
): Promise<void> {
  const key = [tenant, group, String(stream)];
  const { rowCount } = await client.query(
    `update holdfast.consumer_parked set attempts = 0, next_attempt_at = clock_timestamp()
      where tenant = $1 and consumer_group = $2 and stream = $3`,
    key,
  );
  if (rowCount !== 1) throw fault('events/stream-not-parked');
  await client.query(
    `update holdfast.dead_letter set redriven_at = clock_timestamp()
      where tenant = $1 and consumer_group = $2 and stream = $3 and redriven_at is null`,
    key,
  );
  await tellLeader(client, group);
}

/**
 * Moves a group so that it handles again what comes after `from`. By time it handles everything
 * that happened at or after it, and possibly a little from before. Streams parked earlier in the log
 * stay parked. The leader's work under way is refused and starts over from there.
 *
 * One stream is replayed beside the others, which go on: it is parked at its first event with a
 * retry that is due, and catches up from there.
 *
 * @returns the new cursor; with a stream the one the group has
 * @throws Fault `events/unknown-group`, `events/position-from-the-future`
 */
export async function moveGroup(
  client: pg.ClientBase,
  group: string,
  from: ReplayFrom,
): Promise<Cursor> {
  // First of all: from here on, no commit of the leader can pass.
  const { rowCount } = await client.query(
    'update holdfast.consumer_group set term = term + 1 where name = $1',
    [group],
  );
  if (rowCount !== 1) throw fault('events/unknown-group');
  if (from.kind === 'stream') return replayStream(client, group, from);
  const cursor = await cursorOf(client, from);
  const place = [group, String(cursor.xid), String(cursor.id)];
  await client.query(
    'update holdfast.consumer_group set xid = $2::xid8, id = $3 where name = $1',
    place,
  );
  await client.query(
    `delete from holdfast.consumer_parked p using holdfast.event e
      where p.consumer_group = $1 and (e.tenant, e.stream, e.seq) = (p.tenant, p.stream, p.seq)
        and (e.xid, e.id) > ($2::xid8, $3::bigint)`,
    place,
  );
  // What a stream's inbox said before is said again as its events are handled again.
  await client.query(
    `delete from holdfast.consumer_inbox i
      where i.consumer_group = $1 and (i.xid, i.id) > ($2::xid8, $3::bigint)`,
    place,
  );
  await tellLeader(client, group);
  return cursor;
}

async function replayStream(
  client: pg.ClientBase,
  group: string,
  { stream, fromSeq }: Extract<ReplayFrom, { kind: 'stream' }>,
): Promise<Cursor> {
  const { rows } = await client.query<{ xid: string; id: string }>(
    'select xid, id from holdfast.consumer_group where name = $1',
    [group],
  );
  const at = rows[0];
  if (at === undefined) throw fault('events/unknown-group');
  const key = [stream.tenant, group, String(stream.stream), String(fromSeq)];
  await client.query(
    `insert into holdfast.consumer_parked as p
       (tenant, consumer_group, stream, seq, event_id, attempts, next_attempt_at, reason)
     select e.tenant, $2, e.stream, e.seq, e.event_id, 0, clock_timestamp(), 'replay'
       from holdfast.event e where e.tenant = $1 and e.stream = $3 and e.seq >= $4
         and (e.xid, e.id) <= ($5::xid8, $6::bigint)
       order by e.seq limit 1
     on conflict (tenant, consumer_group, stream) do update set attempts = 0,
       seq = least(p.seq, excluded.seq), next_attempt_at = excluded.next_attempt_at,
       event_id = case when p.seq <= excluded.seq then p.event_id else excluded.event_id end`,
    [...key, at.xid, at.id],
  );
  // What comes before is done or was never to be done; from here on it is not.
  await client.query(
    `delete from holdfast.consumer_inbox
      where tenant = $1 and consumer_group = $2 and stream = $3 and seq >= $4`,
    key,
  );
  await tellLeader(client, group);
  return { xid: BigInt(at.xid), id: BigInt(at.id) };
}

type FromPlace = Exclude<ReplayFrom, { kind: 'stream' }>;

async function cursorOf(client: pg.ClientBase, from: FromPlace): Promise<Cursor> {
  if (from.kind === 'origin') return ORIGIN;
  const newest = await position(client, 'order by xid desc, id desc limit 1', []);
  if (from.kind === 'time') {
    const first = await position(client, 'where occurred_at >= $1 order by xid, id limit 1', [
      from.at,
    ]);
    if (first !== null) return { xid: first.xid, id: first.id - 1n };
    // To the end of the log would not be to handle again, but to leave out what waits.
    if (newest !== null) throw fault('events/position-from-the-future');
    return ORIGIN;
  }
  if (newest === null || compareCursors(from.after, newest) > 0) {
    throw fault('events/position-from-the-future');
  }
  return from.after;
}

async function position(
  client: pg.ClientBase,
  which: string,
  values: unknown[],
): Promise<Cursor | null> {
  const { rows } = await client.query<{ xid: string; id: string }>(
    `select xid, id from holdfast.event ${which}`,
    values,
  );
  const row = rows[0];
  return row === undefined ? null : { xid: BigInt(row.xid), id: BigInt(row.id) };
}

async function tellLeader(client: pg.ClientBase, group: string): Promise<void> {
  await client.query('select pg_notify($1, $2)', [GROUP_CHANNEL, group]);
}
