-- The consumers' own role: it reads the log of every tenant and keeps the groups' places. Effects do
-- not run under it but under holdfast_app, behind the tenant wall.
select ensure_role('holdfast_relay');
grant usage on schema holdfast to holdfast_relay;
grant select on event to holdfast_relay;
create policy relay_reads on event for select to holdfast_relay using (true);
-- A stream has no holes, so its head counts its events.
grant select on stream_head to holdfast_relay;
create policy relay_counts on stream_head for select to holdfast_relay using (true);

-- Consumers follow the log across tenants with one cursor a group, so the tenant is no leading column.
drop index event_fence;
create index event_order on event (xid, id);
-- Decision support finds its few without a look at the many that an import left in front of them.
create index event_urgency on event (urgency, xid, id) where urgency < 2;

-- One row a group. `term` goes up with every leader: a commit names its term, so that a leader that
-- was replaced can change nothing any more.
create table consumer_group (
  name text primary key,
  cluster text not null,
  term bigint not null default 0,
  xid xid8 not null,
  id bigint not null,
  handled bigint not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  moved_at timestamptz not null default clock_timestamp()
) with (fillfactor = 50);
grant select, insert, update, delete on consumer_group to holdfast_relay;

-- The inbox: the newest event of each stream whose effect is committed. Streams are handled in order
-- and have no holes, so one row says that all before it are done, and nothing needs pruning.
create table consumer_inbox (
  tenant smallint not null,
  consumer_group text not null,
  stream bigint not null,
  seq bigint not null,
  xid xid8 not null,
  id bigint not null,
  primary key (tenant, consumer_group, stream)
) with (fillfactor = 50);
select guard_tenant('consumer_inbox');

-- A failed event and with it all later ones of its stream. No next attempt: it waits for a redrive.
create table consumer_parked (
  tenant smallint not null,
  consumer_group text not null,
  stream bigint not null,
  seq bigint not null,
  event_id uuid not null,
  attempts integer not null,
  next_attempt_at timestamptz,
  reason text not null,
  parked_at timestamptz not null default clock_timestamp(),
  primary key (tenant, consumer_group, stream),
  constraint eve_parked_attempts check (attempts >= 0)
);
create index consumer_parked_due on consumer_parked (consumer_group, next_attempt_at)
  where next_attempt_at is not null;
select guard_tenant('consumer_parked');

create table dead_letter (
  tenant smallint not null,
  consumer_group text not null,
  stream bigint not null,
  seq bigint not null,
  event_id uuid not null,
  attempts integer not null,
  reason text not null,
  dead_at timestamptz not null default clock_timestamp(),
  redriven_at timestamptz,
  primary key (tenant, consumer_group, stream, seq)
);
select guard_tenant('dead_letter');

do $$
declare
  kept text;
begin
  foreach kept in array array['consumer_inbox', 'consumer_parked', 'dead_letter'] loop
    execute format('grant select, insert, update, delete on %I to holdfast_relay', kept);
    execute format('create policy relay_keeps on %I to holdfast_relay using (true) with check (true)', kept);
    -- The application reads its tenant's state; only the consumers write it.
    execute format('revoke insert, update, delete on %I from holdfast_app', kept);
  end loop;
end
$$;
grant select on consumer_group to holdfast_app;
