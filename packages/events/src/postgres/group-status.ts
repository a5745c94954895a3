import type pg from 'pg';
import type { Cursor } from '../cursor.ts';
import { EVENT_LIMITS } from '../limits.ts';
import { LOCK_CLASS } from './session-lock.ts';

/** How a group stands, from the database: the same answer on every process. */
export interface GroupStatus {
  readonly group: string;
  /** Events whose effect was run, over all time. */
  readonly handled: number;
  readonly cursor: Cursor;
  /** Events after the cursor, counted up to `EVENT_LIMITS.lagCounted`. */
  readonly lag: number;
  /** There are more than `lag` says. */
  readonly lagIsAtLeast: boolean;
  /** When the oldest event happened that waits for the cursor or behind a parked one. */
  readonly oldestWaiting: Date | null;
  /** How long ago that was by the database's clock; 0 where nothing waits. */
  readonly lagSeconds: number;
  /** The same of the oldest event after the cursor alone: how far the group itself is behind. */
  readonly cursorLagSeconds: number;
  readonly parkedStreams: number;
  /** Parked streams that try again by themselves. */
  readonly retrying: number;
  /** Not redriven. */
  readonly deadLetters: number;
  /** Some process leads the group. */
  readonly led: boolean;
}

interface StatusRow {
  name: string;
  handled: string;
  xid: string;
  id: string;
  lag: number;
  parked: number;
  retrying: number;
  dead: number;
  oldest: Date | null;
  lag_seconds: number;
  cursor_lag_seconds: number;
  led: boolean;
}

const SECONDS_SINCE = (instant: string): string =>
  `coalesce(greatest(0, extract(epoch from clock_timestamp() - ${instant})), 0)::float8`;

const STATUS = `select s.*, least(s.next, s.oldest_parked) as oldest,
    ${SECONDS_SINCE('least(s.next, s.oldest_parked)')} as lag_seconds,
    ${SECONDS_SINCE('s.next')} as cursor_lag_seconds
  from (select g.name, g.handled, g.xid, g.id,
    (select count(*)::int from (select from holdfast.event e
      where (e.xid, e.id) > (g.xid, g.id) limit $1) bounded) as lag,
    (select count(*)::int from holdfast.consumer_parked where consumer_group = g.name) as parked,
    (select count(*)::int from holdfast.consumer_parked
      where consumer_group = g.name and next_attempt_at is not null) as retrying,
    (select count(*)::int from holdfast.dead_letter
      where consumer_group = g.name and redriven_at is null) as dead,
    (select occurred_at from holdfast.event e where (e.xid, e.id) > (g.xid, g.id)
      order by e.xid, e.id limit 1) as next,
    (select min(e.occurred_at) from holdfast.consumer_parked p join holdfast.event e
        on (e.tenant, e.stream, e.seq) = (p.tenant, p.stream, p.seq)
      where p.consumer_group = g.name) as oldest_parked,
    exists (select from pg_locks l where l.locktype = 'advisory' and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
      and l.classid = ${LOCK_CLASS} and l.objid::bigint
        = hashtext('consumer ' || g.name)::bigint & 4294967295) as led
  from holdfast.consumer_group g where $2::text[] is null or g.name = any($2)) s
  order by coalesce(array_position($2::text[], s.name), 0), s.name`;

/**
 * How groups stand.
 *
 * @param groups in the order of the answer; null: all, by name. One that never led is left out.
 */
export async function readGroups(
  pool: pg.Pool,
  groups: readonly string[] | null = null,
): Promise<GroupStatus[]> {
  const { rows } = await pool.query<StatusRow>(STATUS, [EVENT_LIMITS.lagCounted + 1, groups]);
  return rows.map((row) => ({
    group: row.name,
    handled: Number(row.handled),
    cursor: { xid: BigInt(row.xid), id: BigInt(row.id) },
    lag: Math.min(row.lag, EVENT_LIMITS.lagCounted),
    lagIsAtLeast: row.lag > EVENT_LIMITS.lagCounted,
    oldestWaiting: row.oldest,
    lagSeconds: row.lag_seconds,
    cursorLagSeconds: row.cursor_lag_seconds,
    parkedStreams: row.parked,
    retrying: row.retrying,
    deadLetters: row.dead,
    led: row.led,
  }));
}
