-- One row per change, written in the transaction of the change (invariant 3). No clinical content:
-- consumers read the version they are told about.
create table event (
  tenant smallint not null,
  id bigint generated always as identity,
  -- The fence: a reader goes no further than pg_snapshot_xmin, in (xid, id) order, and misses nothing.
  xid xid8 not null default pg_current_xact_id(),
  -- Storage key of the patient whose stream this is, or of the resource itself where it names none.
  stream bigint not null,
  -- Gap-free within the stream: a rollback undoes the head row too.
  seq bigint not null,
  event_id uuid not null,
  interaction text not null,
  resource_type text not null,
  resource_id text not null,
  version integer not null,
  patient_id text,
  confidentiality smallint not null,
  sensitivity bigint not null,
  -- How soon decision support looks at it. 0: at once, since a patient's danger may hang on it; 1: in its
  -- turn; 2: not at all.
  urgency smallint not null default 2,
  actor text not null,
  request_id text not null,
  occurred_at timestamptz not null default clock_timestamp(),
  constraint eve_interaction check (interaction in ('create', 'update', 'delete')),
  constraint eve_urgency check (urgency in (0, 1, 2))
) partition by range (occurred_at);
create table event_default partition of event default;
create index event_fence on event (tenant, xid, id);
create index event_stream on event (tenant, stream, seq);
select guard_tenant('event');
grant select on sequence event_id_seq to holdfast_app;
select ensure_month_partitions('event', current_date, 12);

create table stream_head (
  tenant smallint not null,
  stream bigint not null,
  seq bigint not null,
  primary key (tenant, stream)
) with (fillfactor = 50); -- room on the page keeps the counter's updates out of the index (HOT)
select guard_tenant('stream_head');
