import { resourceTypes, typeCode } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';

/** Events that are not what the versions and the records of their writes say. */
export interface WrongEvents {
  readonly what:
    | 'streams of events with a hole or a repetition'
    | 'versions without an event'
    | 'events that no version accounts for'
    | 'events that no record accounts for';
  readonly count: number;
}

// The server sorts and hashes, on disk where it must: linear, and nothing of it in this process.
const VERSIONS = `versions as (
  select t.name, r.id, r.key, r.version, r.updated, r.deleted, r.patient
    from resource r join unnest($2::smallint[], $3::text[]) as t(code, name) on t.code = r.type
    where r.tenant = $1
  union all
  select t.name, r.id, r.key, h.version, h.updated, h.deleted, h.patient
    from history h
    join resource r on r.tenant = h.tenant and r.key = h.resource
    join unnest($2::smallint[], $3::text[]) as t(code, name) on t.code = r.type
    where h.tenant = $1)`;

/** Retention drops whole months: what is older than the oldest one is not there any more. */
const KEPT_FROM = `(select min(substring(pg_get_expr(c.relpartbound, c.oid) from 'FROM \\(''([^'']+)''')::timestamptz)
    + interval '5 minutes'
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'event'::regclass and c.relname ~ '^event_[0-9]{6}$')`;

const STREAMS = `select count(*) as count from (
    select e.stream, count(*) as n, count(distinct e.seq) as numbers, min(e.seq) as first, max(e.seq) as last
    from event e where e.tenant = $1 group by e.stream) s
  left join stream_head h on h.tenant = $1 and h.stream = s.stream
  where s.n <> s.numbers or s.numbers <> s.last - s.first + 1 or h.seq is distinct from s.last`;

const MISSING = `with ${VERSIONS} select count(*) as count from versions v
  where v.updated >= ${KEPT_FROM} and not exists (
    select from event e where e.tenant = $1 and e.resource_type = v.name and e.resource_id = v.id
      and e.version = v.version)`;

const SURPLUS = `with ${VERSIONS}, told as (
    select e.*, row_number() over (partition by e.resource_type, e.resource_id, e.version) as nth
    from event e where e.tenant = $1)
  select count(*) as count from told e
  left join versions v on v.name = e.resource_type and v.id = e.resource_id and v.version = e.version
  left join patient_state s on s.tenant = $1 and s.patient = e.stream
  where v.id is null or e.nth > 1 or v.deleted <> (e.interaction = 'delete')
    or e.version = 1 and e.interaction <> 'create'
    or e.stream <> coalesce(v.patient, v.key) or e.patient_id is distinct from s.patient_id`;

const UNRECORDED = `select count(*) as count from event e where e.tenant = $1 and not exists (
  select from audit a where a.tenant = e.tenant and a.xid = e.xid and a.actor = e.actor)`;

/**
 * Holds the events of a tenant against the versions they tell of and against the records of the same
 * transactions. Of what retention has dropped nothing is said.
 * @param db best a connection in one REPEATABLE READ transaction
 */
export async function* wrongEvents(db: Queryable, tenant: TenantId): AsyncGenerator<WrongEvents> {
  const types = [resourceTypes.map(typeCode), resourceTypes];
  const count = async (text: string, values: readonly unknown[]): Promise<number> => {
    const { rows } = await db.query<{ count: string }>(text, [tenant, ...values]);
    return Number(rows[0]?.count ?? 0);
  };
  const found: readonly WrongEvents[] = [
    { what: 'streams of events with a hole or a repetition', count: await count(STREAMS, []) },
    { what: 'versions without an event', count: await count(MISSING, types) },
    { what: 'events that no version accounts for', count: await count(SURPLUS, types) },
    { what: 'events that no record accounts for', count: await count(UNRECORDED, []) },
  ];
  yield* found.filter((each) => each.count > 0);
}
