-- What may be destroyed, and what may not. No patient is named in here but by their tag, so that none
-- has to be forgotten here as well. Nothing is ever deleted: what became of each stands in its columns.

create table legal_hold (
  tenant smallint not null,
  id uuid not null,
  -- Of the lawsuit or investigation.
  matter text not null,
  -- Who answers for it.
  custodian text not null,
  reason text not null,
  -- Null: everything.
  patient_tags bytea[],
  placed_by text not null,
  placed_at timestamptz not null,
  released_by text,
  released_at timestamptz,
  release_reason text,
  primary key (tenant, id),
  constraint cmp_hold_scope check (patient_tags is null or cardinality(patient_tags) > 0),
  constraint cmp_hold_released check (
    (released_at is null) = (released_by is null) and (released_at is null) = (release_reason is null))
);
-- Holds that stand are few; released ones are history.
create index legal_hold_standing on legal_hold (tenant) where released_at is null;
select guard_tenant('legal_hold');

-- How long a class of records is kept at least. The newest of a class holds.
create table retention_rule (
  tenant smallint not null,
  record_class text not null,
  version integer not null,
  minimum_days integer not null,
  authority text not null,
  set_by text not null,
  set_at timestamptz not null,
  primary key (tenant, record_class, version),
  constraint cmp_retention_class check (record_class in ('audit')),
  constraint cmp_retention_minimum check (minimum_days between 0 and 36500)
);
select guard_tenant('retention_rule');

-- Erasure of a patient's audit bodies, from the request to the destruction of the keys.
create table erasure (
  tenant smallint not null,
  id uuid not null,
  patient_tag bytea not null,
  authority text not null,
  basis text not null,
  requested_by text not null,
  requested_at timestamptz not null,
  -- restricted (vetoed by a hold), scheduled (waits for its time), destroyed
  state text not null,
  destroy_after timestamptz,
  destroyed_at timestamptz,
  keys_destroyed integer,
  -- The record of it in the log.
  audit_id uuid,
  primary key (tenant, id),
  constraint cmp_erasure_state check (state in ('restricted', 'scheduled', 'destroyed')),
  constraint cmp_erasure_scheduled check ((state = 'restricted') = (destroy_after is null)),
  constraint cmp_erasure_destroyed check (
    (state = 'destroyed') = (destroyed_at is not null) and (state = 'destroyed') = (audit_id is not null))
);
-- One erasure of a patient at a time.
create unique index erasure_open on erasure (tenant, patient_tag) where state <> 'destroyed';
create index erasure_due on erasure (tenant, destroy_after) where state <> 'destroyed';
select guard_tenant('erasure');

revoke delete on legal_hold, retention_rule, erasure from holdfast_app;
revoke update on retention_rule from holdfast_app;
grant select on legal_hold, retention_rule to holdfast_eraser;
grant select, update on erasure to holdfast_eraser;
create policy eraser on legal_hold to holdfast_eraser using (true);
create policy eraser on retention_rule to holdfast_eraser using (true);
create policy eraser on erasure to holdfast_eraser using (true);
