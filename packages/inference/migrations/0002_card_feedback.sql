-- What clinicians answered to cards of CDS Hooks. Clients may send the same outcome again.
create table card_feedback (
  tenant smallint not null,
  inference_id uuid not null,
  service text not null,
  -- FHIR reference of who answered.
  actor text not null,
  outcome text not null,
  reason_system text,
  reason_code text,
  comment text,
  outcome_at timestamptz not null,
  received_at timestamptz not null default now(),
  primary key (tenant, inference_id, actor, outcome_at, outcome),
  constraint inf_card_outcome check (outcome in ('accepted', 'overridden')),
  constraint inf_card_reason check (reason_code is null or outcome = 'overridden'),
  foreign key (tenant, inference_id) references inference_record (tenant, id)
);
create index card_feedback_received on card_feedback (tenant, received_at);
select guard_tenant('card_feedback');
