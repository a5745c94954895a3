-- Label sets as whole documents, numbered per tenant, never changed. Number 0 is the starter sets.
create table label_sets (
  tenant smallint not null,
  version integer not null,
  document text not null,
  loaded timestamptz not null default now(),
  loaded_by text not null,
  primary key (tenant, version),
  constraint con_label_sets_version check (version > 0)
);
select guard_tenant('label_sets');
revoke update, delete on label_sets from holdfast_app;

-- How far the stored data is labelled by the sets in force; one row once sets were loaded.
create table relabelling (
  tenant smallint primary key,
  version integer not null,
  started timestamptz not null default now(),
  -- Patients up to this key are done.
  patient bigint not null default 0,
  patients integer not null default 0,
  resources bigint not null default 0,
  -- Of those, how many have other labels than before.
  changed bigint not null default 0,
  finished timestamptz
);
select guard_tenant('relabelling');

-- From the first patient on, by the sets in force.
create function start_relabelling(p_tenant smallint) returns void language sql volatile as $$
  insert into relabelling as r (tenant, version)
  values (p_tenant, coalesce((select t.labelling from tenant_state t where t.tenant = p_tenant), 0))
  on conflict (tenant) do update
  set version = excluded.version, started = now(), patient = 0, patients = 0, resources = 0, changed = 0,
    finished = null
$$;

-- Stores label sets and puts them in force: whoever labelled by older ones writes nothing from the
-- commit on (`store_write`), and the epoch makes every process look for them. Old labels stay until
-- the relabelling comes by.
create function load_label_sets(p_tenant smallint, p_document text, p_by text) returns integer
language plpgsql volatile as $$
declare
  fresh integer;
begin
  perform pg_advisory_xact_lock(1129270867, p_tenant);
  fresh := coalesce((select max(version) from label_sets where tenant = p_tenant), 0) + 1;
  insert into label_sets (tenant, version, document, loaded_by)
  values (p_tenant, fresh, p_document, p_by);
  insert into tenant_state as t (tenant, consent_epoch, labelling) values (p_tenant, 1, fresh)
  on conflict (tenant) do update set consent_epoch = t.consent_epoch + 1, labelling = fresh;
  perform start_relabelling(p_tenant);
  return fresh;
end
$$;
