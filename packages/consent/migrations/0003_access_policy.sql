-- Access policies as whole documents, numbered per tenant, never changed.
create table access_policy (
  tenant smallint not null,
  version integer not null,
  document text not null,
  stored timestamptz not null default now(),
  stored_by text not null,
  primary key (tenant, version),
  constraint con_policy_version check (version > 0)
);
select guard_tenant('access_policy');
revoke update, delete on access_policy from holdfast_app;

-- Which policy was in force from when: the newest row says now. Rolling back activates an older one.
create table policy_activation (
  tenant smallint not null,
  id bigint generated always as identity,
  version integer not null,
  activated timestamptz not null default now(),
  activated_by text not null,
  reason text not null,
  primary key (tenant, id),
  foreign key (tenant, version) references access_policy (tenant, version)
);
select guard_tenant('policy_activation');
revoke update, delete on policy_activation from holdfast_app;
grant usage on sequence policy_activation_id_seq to holdfast_app;

-- Stores a document under the next number of the tenant.
create function store_policy(p_tenant smallint, p_document text, p_by text) returns integer
language plpgsql volatile as $$
declare
  fresh integer;
begin
  perform pg_advisory_xact_lock(1129270868, p_tenant);
  fresh := coalesce((select max(version) from access_policy where tenant = p_tenant), 0) + 1;
  insert into access_policy (tenant, version, document, stored_by)
  values (p_tenant, fresh, p_document, p_by);
  return fresh;
end
$$;

-- Puts a stored policy in force. The epoch moves in the same transaction, under the lock under which
-- classes move it (CON-6): every statement from the commit on refuses gates of the former policy.
create function activate_policy(p_tenant smallint, p_version integer, p_by text, p_reason text)
returns bigint language plpgsql volatile as $$
declare
  epoch bigint;
begin
  perform pg_advisory_xact_lock(1129270867, p_tenant);
  insert into policy_activation (tenant, version, activated_by, reason)
  values (p_tenant, p_version, p_by, p_reason);
  insert into tenant_state as t (tenant, consent_epoch) values (p_tenant, 1)
  on conflict (tenant) do update set consent_epoch = t.consent_epoch + 1
  returning consent_epoch into epoch;
  return epoch;
end
$$;
