-- The values under which a patient's record is found, each as a hash: who reads the index reads no names.
create table identity_key (
  tenant smallint not null,
  -- Which blocking key (`BLOCKING_KEYS`), by its place.
  key smallint not null,
  value bigint not null,
  patient text collate "C" not null,
  primary key (tenant, key, value, patient)
);
create index identity_key_of on identity_key (tenant, patient);
select guard_tenant('identity_key');

-- What matching came to for two records, with what spoke for and against. `one` sorts before `other`.
create table identity_link (
  tenant smallint not null,
  one text collate "C" not null,
  other text collate "C" not null,
  state text not null,
  grade text not null,
  withheld text,
  -- Prior and all weights together, in bits.
  bits real not null,
  -- Bits and level by field.
  weights jsonb not null,
  decided_at timestamptz not null default clock_timestamp(),
  primary key (tenant, one, other),
  constraint idn_link_order check (one < other),
  constraint idn_link_state check (state in ('linked', 'review')),
  constraint idn_link_grade check (grade in ('certain', 'probable', 'possible', 'certainly-not'))
);
create index identity_link_other on identity_link (tenant, other);
create index identity_link_review on identity_link (tenant, decided_at, one, other)
  where state = 'review';
select guard_tenant('identity_link');

-- What a steward said of two records. It stands above every score, and outlives the records' changes.
create table identity_fact (
  tenant smallint not null,
  one text collate "C" not null,
  other text collate "C" not null,
  verdict text not null,
  steward text collate "C" not null,
  decided_at timestamptz not null default clock_timestamp(),
  primary key (tenant, one, other),
  constraint idn_fact_order check (one < other),
  constraint idn_fact_verdict check (verdict in ('same', 'different', 'unsure'))
);
create index identity_fact_other on identity_fact (tenant, other);
select guard_tenant('identity_fact');
