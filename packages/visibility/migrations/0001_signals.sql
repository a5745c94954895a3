-- Failures with their cause and, apart from them, whom they hurt. Tenant 0 is the platform itself:
-- no tenant sees its rows.
create table signal (
  tenant smallint not null,
  id uuid not null,
  cause text not null,
  component text not null,
  dependency text,
  data_categories text[] not null default '{}',
  tier smallint,
  outcome text not null,
  trace_id text,
  request_id text,
  patients_uncounted bigint not null default 0,
  opened_at timestamptz not null,
  last_seen_at timestamptz not null,
  resolved_at timestamptz,
  occurrences bigint not null,
  primary key (tenant, id),
  constraint vis_outcome check (outcome in ('failed', 'delayed', 'degraded', 'refused')),
  constraint vis_counted check (occurrences > 0 and patients_uncounted >= 0),
  constraint vis_in_time check (last_seen_at >= opened_at and resolved_at >= opened_at)
);
create index signal_open on signal (tenant, opened_at) where resolved_at is null;
create index signal_recent on signal (last_seen_at);
select guard_tenant('signal');

-- Append only: a patient once affected stays so.
create table signal_patient (
  tenant smallint not null,
  signal uuid not null,
  patient_id text collate "C" not null,
  first_seen_at timestamptz not null default clock_timestamp(),
  primary key (tenant, signal, patient_id)
);
select guard_tenant('signal_patient');

-- The recorder writes for every tenant, as the owner; the application only reads its own tenant's.
create policy recorder_keeps on signal to current_user using (true) with check (true);
create policy recorder_keeps on signal_patient to current_user using (true) with check (true);
revoke insert, update, delete on signal, signal_patient from holdfast_app;
