-- What belongs together of the signals, and what people wrote about it. Tenant 0 is the platform.
create table incident (
  tenant smallint not null,
  id uuid not null,
  opened_at timestamptz not null,
  -- Told by the timeline too; here for the index.
  closed boolean not null default false,
  primary key (tenant, id)
);
create index incident_open on incident (tenant, opened_at) where not closed;
create index incident_recent on incident (tenant, opened_at desc);
select guard_tenant('incident');

-- Append only: what was known when can be told for ever.
create table incident_entry (
  tenant smallint not null,
  incident uuid not null,
  seq integer not null,
  at timestamptz not null,
  author text, -- null: the machine
  entry jsonb not null,
  primary key (tenant, incident, seq)
);
select guard_tenant('incident_entry');

-- A signal is part of one incident at most.
create table incident_signal (
  tenant smallint not null,
  signal uuid not null,
  incident uuid not null,
  ended boolean not null default false,
  primary key (tenant, signal)
);
create index incident_signal_incident on incident_signal (tenant, incident);
select guard_tenant('incident_signal');

create policy keeper_keeps on incident to current_user using (true) with check (true);
create policy keeper_keeps on incident_entry to current_user using (true) with check (true);
create policy keeper_keeps on incident_signal to current_user using (true) with check (true);
revoke insert, update, delete on incident, incident_entry, incident_signal from holdfast_app;
