import type pg from 'pg';
import { PUBLICATION } from './replication-stream.ts';

/** What can hold the log or its server back, from the database. */
export interface LogHealth {
  /** Events in the log, as the planner estimates. */
  readonly events: number;
  /** When the first event happened that the log still holds; null for an empty log. */
  readonly heldSince: Date | null;
  /** Rows of the default partition, which should have none: months ahead are missing. */
  readonly outsideMonths: number;
  /** The relay's slot; null where nothing streams. */
  readonly slot: {
    readonly name: string;
    readonly active: boolean;
    /** WAL the slot keeps, in bytes. */
    readonly bytes: number;
  } | null;
  /** Transaction ids since the oldest snapshot that is still in use: it holds back vacuum. */
  readonly oldestSnapshotAge: number;
  /** What holds it: an application's name; null where nothing does. */
  readonly oldestSnapshotOf: string | null;
  /** Age of the oldest write transaction, which holds the fence of every consumer; seconds. */
  readonly fenceSeconds: number;
}

interface HealthRow {
  events: number;
  held_since: Date | null;
  outside: number;
  slot: string | null;
  active: boolean | null;
  bytes: string | null;
  snapshot_age: number | null;
  snapshot_of: string | null;
  fence_seconds: number;
}

const HEALTH = `select
    (select coalesce(sum(greatest(c.reltuples, 0)), 0)::float8 from pg_inherits i
      join pg_class c on c.oid = i.inhrelid where i.inhparent = 'holdfast.event'::regclass) as events,
    (select occurred_at from holdfast.event order by xid, id limit 1) as held_since,
    (select count(*)::int from holdfast.event_default) as outside,
    s.slot_name as slot, s.active, pg_current_wal_lsn() - s.restart_lsn as bytes,
    a.age as snapshot_age, a.application_name as snapshot_of,
    (select coalesce(extract(epoch from clock_timestamp() - min(xact_start)), 0)::float8
      from pg_stat_activity where backend_xid is not null) as fence_seconds
  from (select) one
    left join lateral (select slot_name, active, restart_lsn from pg_replication_slots
      where database = current_database() and slot_name like '${PUBLICATION}%' limit 1) s on true
    left join lateral (select age(backend_xmin) as age, application_name from pg_stat_activity
      where backend_xmin is not null and pid <> pg_backend_pid()
      order by age(backend_xmin) desc limit 1) a on true`;

/** @param db as the owner, who sees every session */
export async function readLogHealth(db: pg.Pool | pg.ClientBase): Promise<LogHealth> {
  const { rows } = await db.query<HealthRow>(HEALTH);
  const row = rows[0];
  if (row === undefined) throw new Error('the health query gives one row');
  const { slot, active, bytes } = row;
  return {
    events: row.events,
    heldSince: row.held_since,
    outsideMonths: row.outside,
    slot: slot === null ? null : { name: slot, active: active === true, bytes: Number(bytes ?? 0) },
    oldestSnapshotAge: row.snapshot_age ?? 0,
    oldestSnapshotOf: row.snapshot_of,
    fenceSeconds: row.fence_seconds,
  };
}
