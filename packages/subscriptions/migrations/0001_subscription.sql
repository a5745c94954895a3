-- What the subscriptions group keeps of each Subscription, moved on with its place in the event log:
-- whoever takes the group over finds exactly the subscriptions as of that place.
create table subscription (
  tenant smallint not null,
  id text collate "C" not null,
  -- The resource as its client last wrote it.
  resource text not null,
  status text not null,
  -- Who asked for it, as the access decision needs it; null: unknown, so nothing is sent.
  subscriber jsonb,
  principal text collate "C" not null,
  -- Number of the newest event, and of the newest one the receiver has taken.
  events bigint not null default 0,
  taken bigint not null default 0,
  failures integer not null default 0,
  -- Code of CodeSystem/subscription-error.
  error text,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant, id),
  constraint sub_status check (status in ('requested', 'active', 'error', 'off')),
  constraint sub_taken check (taken between 0 and events)
) with (fillfactor = 50);
create index subscription_of on subscription (tenant, principal, id);
select guard_tenant('subscription');

-- The events of each subscription, numbered as its subscriber sees them: only what it may receive.
create table subscription_event (
  tenant smallint not null,
  subscription text collate "C" not null,
  number bigint not null,
  event_id uuid not null,
  resource_type text not null,
  resource_id text not null,
  version integer not null,
  interaction text not null,
  occurred_at timestamptz not null,
  primary key (tenant, subscription, number)
);
create index subscription_event_age on subscription_event (occurred_at);
select guard_tenant('subscription_event');

create table subscription_topic (
  tenant smallint not null,
  -- Of the Basic resource that defines it.
  id text collate "C" not null,
  resource text not null,
  primary key (tenant, id)
);
select guard_tenant('subscription_topic');

-- Who writes a Subscription, noted before the write; the group takes it over with the event.
create table subscriber (
  tenant smallint not null,
  request_id text collate "C" not null,
  -- A request's id may come from its client: it stands for this principal's request only.
  principal text collate "C" not null,
  actor jsonb not null,
  noted_at timestamptz not null default clock_timestamp(),
  primary key (tenant, request_id, principal)
);
select guard_tenant('subscriber');

-- Delivery serves all tenants, as the event consumers do.
do $$
declare
  kept text;
begin
  foreach kept in array array['subscription', 'subscription_event', 'subscription_topic', 'subscriber'] loop
    execute format('grant select, insert, update, delete on %I to holdfast_relay', kept);
    execute format('create policy relay_delivers on %I to holdfast_relay using (true) with check (true)', kept);
  end loop;
end
$$;
