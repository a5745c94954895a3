-- Who may sign in. What a person may do is decided by roles and purposes, never by a scope alone.
create table sign_in_user (
  tenant smallint not null,
  -- `sub` of its tokens: stable, and says nothing about the person.
  id text collate "C" not null,
  -- As typed at the sign-in, in lower case.
  name text collate "C" not null,
  display_name text not null,
  -- scrypt$N$r$p$salt$hash (RFC 7914).
  password_hash text not null,
  -- FHIR reference of the person: SMART's `fhirUser`.
  fhir_user text not null,
  roles text[] not null,
  purposes text[] not null,
  memberships text[] not null,
  -- The records a patient or a proxy may act on; of others it says nothing.
  patients text[] not null,
  created_at timestamptz not null default clock_timestamp(),
  disabled_at timestamptz,
  primary key (tenant, id),
  constraint user_name unique (tenant, name),
  constraint user_has_role check (cardinality(roles) > 0)
);
select guard_tenant('sign_in_user');

create table sign_in_client (
  tenant smallint not null,
  id text collate "C" not null,
  name text not null,
  -- `public` proves nothing but its redirect address, `secret` holds one, `key` signs (RFC 7523).
  kind text not null,
  -- SHA-256 of a secret of 256 random bits: there is nothing to guess that a slow hash would protect.
  secret_sha256 bytea,
  redirect_uris text[] not null,
  -- Where an EHR launch begins.
  launch_uri text,
  -- SMART scopes it may be given at most.
  scopes text[] not null,
  -- Purposes of use it is bound to; empty: those of whoever signs in.
  purposes text[] not null,
  jwks jsonb,
  jwks_uri text,
  -- As whom a program acts that nobody signs in to: FHIR reference and roles.
  fhir_user text,
  roles text[] not null,
  -- Of the operator's own house: nobody is asked for consent.
  is_trusted boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  disabled_at timestamptz,
  primary key (tenant, id),
  constraint client_kind check (kind in ('public', 'secret', 'key')),
  constraint client_proof check (
    case kind when 'secret' then secret_sha256 is not null
      when 'key' then (jwks is null) <> (jwks_uri is null) else secret_sha256 is null end)
);
select guard_tenant('sign_in_client');

-- Sessions, grants, codes, tokens, launches. The id is hashed and the payload sealed with a key that
-- the database does not hold: a copy of the database signs nobody in.
create table sign_in_artifact (
  tenant smallint not null,
  model text collate "C" not null,
  id bytea not null,
  -- Of the grant it belongs to, hashed as ids are.
  grant_id bytea,
  -- Of a session: what tokens name it by.
  uid text collate "C",
  account text collate "C",
  client text collate "C",
  payload bytea not null,
  expires_at timestamptz,
  consumed_at timestamptz,
  primary key (tenant, model, id)
);
create index sign_in_artifact_grant on sign_in_artifact (tenant, grant_id) where grant_id is not null;
create index sign_in_artifact_uid on sign_in_artifact (tenant, uid) where uid is not null;
create index sign_in_artifact_account on sign_in_artifact (tenant, account) where account is not null;
create index sign_in_artifact_age on sign_in_artifact (tenant, expires_at) where expires_at is not null;
select guard_tenant('sign_in_artifact');

-- Failed sign-ins in a row, by the hash of the name that was typed, whether there is such a user or not.
create table sign_in_attempt (
  tenant smallint not null,
  name bytea not null,
  failures integer not null,
  blocked_until timestamptz not null,
  primary key (tenant, name)
);
select guard_tenant('sign_in_attempt');
