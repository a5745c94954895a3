-- What every statement compares in its own snapshot: bumped when a consent class is interned or a policy changes.
create table tenant_state (
  tenant smallint primary key,
  consent_epoch bigint not null default 0,
  -- The label sets in force (`@holdfast/consent`); nothing is written under older ones.
  labelling integer not null default 0
);
select guard_tenant('tenant_state');

-- Current versions. Content is text and goes out as it came in.
create table resource (
  tenant smallint not null,
  key bigint generated always as identity,
  type smallint not null,
  id text collate "C" not null,
  version integer not null,
  updated timestamptz not null,
  -- Storage key of the Patient in whose compartment this lies; for a Patient its own key.
  patient bigint,
  -- Parameters that name that patient and so have no index row: patient 1, subject 2.
  owner_by smallint not null default 0,
  -- Patients named beside `patient` (invariant 1: all of them must permit); null for nearly every row.
  other_patients bigint[],
  -- The type's main clinical date, the trailing sort key of every index; -infinity where it has none.
  at timestamptz not null default '-infinity',
  -- End of that date's range by its precision, or of the period; infinity while open.
  at_end timestamptz not null default '-infinity',
  -- Longer than the widest precision of one instant, a day by any clock: to be found by its end too.
  lasting boolean not null generated always as (
    case when isfinite(at) and isfinite(at_end) then at_end - at > interval '26 hours' else at_end > at end
  ) stored,
  -- Ranks U=0 L=1 M=2 N=3 R=4 V=5; -1: nobody labelled it yet (@holdfast/consent).
  confidentiality smallint not null default -1,
  sensitivity bigint not null default 0,
  -- The label sets by which it was labelled.
  labelling integer not null default 0,
  deleted boolean not null default false,
  content text,
  primary key (tenant, type, id),
  constraint sto_content_unless_deleted check (deleted = (content is null))
);
create unique index resource_key on resource (tenant, key);
create index resource_patient on resource (tenant, patient, type, at, key) where patient is not null and not deleted;
-- The order of a type's pages, and its main date parameter without an index row of its own. These two
-- spell the type `type::integer`, and so do the statements that are to run along them: to a planner
-- without statistics they would else tie with the primary key in a look-up by id (decision 0010).
create index resource_at on resource (tenant, (type::integer), at, key) where not deleted;
-- What still lasted at an instant although it began before: few rows of most types.
create index resource_lasting on resource (tenant, (type::integer), at_end, key)
  where lasting and not deleted;
create index resource_updated on resource (tenant, (type::integer), updated, key);
select guard_tenant('resource');
grant usage on sequence resource_key_seq to holdfast_app;

-- Outgoing versions; each version is stored once, here or above.
create table history (
  tenant smallint not null,
  resource bigint not null,
  version integer not null,
  type smallint not null,
  -- Current from `updated` until the next version came.
  updated timestamptz not null,
  until timestamptz not null,
  deleted boolean not null,
  -- Whose data this version is: a correction may have moved the resource to another patient since.
  patient bigint,
  other_patients bigint[],
  confidentiality smallint not null,
  sensitivity bigint not null,
  labelling integer not null,
  content text
) partition by range (updated);
create table history_default partition of history default;
create index history_version on history (tenant, resource, version);
-- The order of a type's history; the system's is merged from it type by type.
create index history_updated on history (tenant, type, updated, resource, version);
select guard_tenant('history');
select ensure_month_partitions('history', current_date, 12);

-- An outgoing version goes by its own labels and by today's, whichever are stricter. -1, not yet
-- labelled, counts as R (4) for a permit and as anything for a deny: only V (5) is stricter.
create function stricter_confidentiality(one smallint, other smallint) returns smallint
language sql immutable parallel safe
return case when least(one, other) < 0 and greatest(one, other) < 5 then -1 else greatest(one, other) end;

-- One row a patient: what a decision about any of the patient's data needs, joined by every read.
create table patient_state (
  tenant smallint not null,
  patient bigint not null,
  patient_id text collate "C" not null,
  -- 0 = no active consent; else consent_class.id
  consent_class integer not null default 0,
  -- Actor references that fill the class's parameter slots
  residual text[] not null default '{}',
  -- Who is what to the patient: 'kind:Type/id'. Those that begin or end without a write stand apart,
  -- as [[tie, from, until], ...] in ms since 1970, null for open; null where there are none.
  ties text[] not null default '{}',
  passing_ties jsonb,
  consent_epoch bigint not null default 0,
  primary key (tenant, patient)
) with (fillfactor = 80);
create unique index patient_state_id on patient_state (tenant, patient_id);
select guard_tenant('patient_state');

-- Those of `patient_state.passing_ties` that hold at an instant.
create function ties_held(p_passing jsonb, p_at timestamptz) returns text[]
language sql immutable parallel safe
return array(
  select p.tie ->> 0 from jsonb_array_elements(p_passing) as p(tie)
  where coalesce((p.tie ->> 1)::float8, '-infinity') <= extract(epoch from p_at) * 1000
    and coalesce((p.tie ->> 2)::float8, 'infinity') > extract(epoch from p_at) * 1000);

-- The storage codes of Patient, Encounter and EpisodeOfCare (`typeCode`), for statements that must recognise one.
create function patient_type() returns smallint language sql immutable parallel safe
  return 103::smallint;
create function encounter_type() returns smallint language sql immutable parallel safe
  return 44::smallint;
create function episode_type() returns smallint language sql immutable parallel safe
  return 48::smallint;
