-- One row per inference, written in the transaction of its resources: the record and its effects
-- exist together or not at all.
create table inference_record (
  tenant smallint not null,
  id uuid not null,
  -- SHA-256 over pipeline, model and input versions.
  idempotency_key bytea not null,
  pipeline text not null,
  pipeline_version text not null,
  model text not null,
  model_version text not null,
  tier smallint not null,
  outcome text not null,
  rung text not null,
  degraded boolean not null,
  patient_id text collate "C" not null,
  arrived_at timestamptz not null,
  finished_at timestamptz not null,
  -- The whole record as JSON text; goes out as it came in.
  record text not null,
  primary key (tenant, id),
  constraint inf_key_length check (octet_length(idempotency_key) = 32),
  constraint inf_tier check (tier between 0 and 3),
  constraint inf_outcome check (
    outcome in ('answered', 'refused', 'cancelled', 'denied', 'unavailable', 'failed')),
  constraint inf_rung check (rung in ('backend', 'in-process', 'none')),
  -- An answer names the rung it came from, and only an answer does.
  constraint inf_answer_names_rung check ((outcome = 'answered') = (rung <> 'none')),
  constraint inf_degraded_is_lower_rung check (degraded = (rung = 'in-process')),
  constraint inf_tier_0_not_refused check (not (tier = 0 and outcome = 'refused'))
);
-- Effects happen once a key. What had no effect (denied, refused) may be tried again.
create unique index inference_record_effect on inference_record (tenant, idempotency_key)
  where outcome = 'answered';
create index inference_record_patient on inference_record (tenant, patient_id, finished_at);
select guard_tenant('inference_record');
