import type pg from 'pg';
import { type Cursor, ORIGIN } from '../cursor.ts';
import { EVENT_LIMITS } from '../limits.ts';
import type { RecordedEvent } from '../recorded-event.ts';
import { EVENT_COLUMNS, type EventRow, recordedEvent } from './event-row.ts';

/**
 * The last batch that a group is through with, newest first: where something went missing at its
 * receiver's end, it is missing here.
 */
export async function newestHandled(pool: pg.Pool, group: string): Promise<RecordedEvent[]> {
  const { rows } = await pool.query<EventRow>(
    `select ${EVENT_COLUMNS('e')} from holdfast.consumer_group g
       join holdfast.event e on (e.xid, e.id) <= (g.xid, g.id)
       where g.name = $1 order by e.xid desc, e.id desc limit $2`,
    [group, EVENT_LIMITS.batchEvents],
  );
  return rows.map(recordedEvent);
}

/** One batch before a position: everything earlier was handed over before what stands there. */
export async function batchBefore(pool: pg.Pool, position: Cursor): Promise<Cursor> {
  const { rows } = await pool.query<{ xid: string; id: string }>(
    `select xid, id from holdfast.event where (xid, id) < ($1::xid8, $2::bigint)
       order by xid desc, id desc offset $3 limit 1`,
    [String(position.xid), String(position.id), EVENT_LIMITS.batchEvents],
  );
  const [row] = rows;
  return row === undefined ? ORIGIN : { xid: BigInt(row.xid), id: BigInt(row.id) };
}
