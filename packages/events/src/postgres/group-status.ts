import type pg from 'pg';
import { type Cursor, ORIGIN } from '../cursor.ts';
import { EVENT_LIMITS } from '../limits.ts';

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
  readonly parkedStreams: number;
  /** Not redriven. */
  readonly deadLetters: number;
  /** This process leads the group. */
  readonly leading: boolean;
}

interface StatusRow {
  handled: string;
  xid: string;
  id: string;
  lag: number;
  parked: number;
  dead: number;
  oldest: Date | null;
}

const STATUS = `select g.handled, g.xid, g.id,
    (select count(*)::int from (select from holdfast.event e
      where (e.xid, e.id) > (g.xid, g.id) limit $2) bounded) as lag,
    (select count(*)::int from holdfast.consumer_parked where consumer_group = g.name) as parked,
    (select count(*)::int from holdfast.dead_letter
      where consumer_group = g.name and redriven_at is null) as dead,
    least(
      (select occurred_at from holdfast.event e where (e.xid, e.id) > (g.xid, g.id)
        order by e.xid, e.id limit 1),
      (select min(e.occurred_at) from holdfast.consumer_parked p join holdfast.event e
          on (e.tenant, e.stream, e.seq) = (p.tenant, p.stream, p.seq)
        where p.consumer_group = g.name)) as oldest
  from holdfast.consumer_group g where g.name = $1`;

/** A group that never led anywhere stands at the origin. */
export async function readGroupStatus(
  pool: pg.Pool,
  group: string,
  leading: boolean,
): Promise<GroupStatus> {
  const { rows } = await pool.query<StatusRow>(STATUS, [group, EVENT_LIMITS.lagCounted + 1]);
  const row = rows[0];
  const lag = row?.lag ?? 0;
  return {
    group,
    handled: Number(row?.handled ?? 0),
    cursor: row === undefined ? ORIGIN : { xid: BigInt(row.xid), id: BigInt(row.id) },
    lag: Math.min(lag, EVENT_LIMITS.lagCounted),
    lagIsAtLeast: lag > EVENT_LIMITS.lagCounted,
    oldestWaiting: row?.oldest ?? null,
    parkedStreams: row?.parked ?? 0,
    deadLetters: row?.dead ?? 0,
    leading,
  };
}
