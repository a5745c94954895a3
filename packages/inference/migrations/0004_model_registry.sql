-- Versions of models that were added to an installation, and which of them answers. Files lie here, so
-- that every process has them; the signature is by a key that lies beside the database, not in it.
create table model_version (
  tenant smallint not null,
  model text collate "C" not null,
  version text collate "C" not null,
  capability text not null,
  -- SHA-256 of the manifest, which names the hashes of all files.
  artifact_sha256 bytea not null,
  -- Ed25519 over model, version and that hash.
  signature bytea not null,
  added_at timestamptz not null default now(),
  primary key (tenant, model, version),
  constraint inf_artifact_length check (octet_length(artifact_sha256) = 32),
  constraint inf_signature_length check (octet_length(signature) = 64)
);
select guard_tenant('model_version');

create table model_file (
  tenant smallint not null,
  model text collate "C" not null,
  version text collate "C" not null,
  name text collate "C" not null,
  content bytea not null,
  primary key (tenant, model, version, name),
  foreign key (tenant, model, version) references model_version (tenant, model, version)
);
select guard_tenant('model_file');

-- What the gates said of a version; a version answers by the newest.
create table model_evaluation (
  tenant smallint not null,
  id bigint generated always as identity,
  model text collate "C" not null,
  version text collate "C" not null,
  verdict text not null,
  report text not null,
  evaluated_at timestamptz not null default now(),
  primary key (tenant, id),
  foreign key (tenant, model, version) references model_version (tenant, model, version),
  constraint inf_verdict check (verdict in ('pass', 'fail', 'inconclusive'))
);
select guard_tenant('model_evaluation');

-- One row a question: the version that answers, the one it goes back to, and the one that is tried on
-- some patients. A flip is one update of one row.
create table model_route (
  tenant smallint not null,
  model text collate "C" not null,
  champion text collate "C" not null,
  previous text collate "C",
  canary text collate "C",
  -- Of patients, and the most urgent tier that it answers.
  canary_share real,
  canary_tier smallint,
  changed_at timestamptz not null default now(),
  reason text not null,
  primary key (tenant, model),
  constraint inf_canary_whole check (
    (canary is null) = (canary_share is null) and (canary is null) = (canary_tier is null)),
  constraint inf_canary_share check (canary_share > 0 and canary_share <= 1),
  constraint inf_canary_tier check (canary_tier between 0 and 3),
  constraint inf_canary_other check (canary <> champion)
);
select guard_tenant('model_route');

-- Every flip that there was, for whoever has to explain an answer of that time.
create table model_route_change (
  tenant smallint not null,
  id bigint generated always as identity,
  model text collate "C" not null,
  kind text not null,
  champion text not null,
  previous text,
  canary text,
  changed_at timestamptz not null default now(),
  reason text not null,
  primary key (tenant, id),
  constraint inf_route_change check (kind in ('canary', 'promote', 'roll-back'))
);
select guard_tenant('model_route_change');
