-- What many patients' consents come down to, once. Immutable and found by content, so nothing that
-- was compiled from a class can be stale (CON-4).
create table consent_class (
  tenant smallint not null,
  id integer not null,
  hash bytea not null,
  canonical text not null,
  primary key (tenant, id),
  constraint con_class_content unique (tenant, hash),
  constraint con_class_id check (id > 0),
  constraint con_class_hash check (hash = sha256(convert_to(canonical, 'UTF8')))
);
select guard_tenant('consent_class');
revoke update, delete on consent_class from holdfast_app;

create function refuse_class_change() returns trigger language plpgsql as $$
begin
  raise exception 'CON-4 a consent class never changes' using errcode = 'integrity_constraint_violation';
end
$$;
create trigger con_class_immutable before update or delete on consent_class
  for each row execute function refuse_class_change();

-- Gives each patient its class and residual, interning classes that are new. A null canonical is
-- class 0. Runs under the patients' stream locks; returns the patients that have no state row.
-- VOLATILE on purpose: each statement below takes a snapshot of its own, later than the lock.
create function assign_consent_classes(
  p_tenant smallint, p_patients bigint[], p_canonicals text[], p_residuals jsonb
) returns bigint[] language plpgsql volatile as $$
declare
  interned integer;
  missing bigint[];
begin
  if exists (
    select from unnest(p_canonicals) as u(canonical)
    where u.canonical is not null and not exists (
      select from consent_class c
      where c.tenant = p_tenant and c.hash = sha256(convert_to(u.canonical, 'UTF8')))
  ) then
    -- Held to the commit: ids become visible in their order, so "newer than the newest I know" misses none.
    perform pg_advisory_xact_lock(1129270867, p_tenant);
    insert into consent_class (tenant, id, hash, canonical)
    select p_tenant,
      coalesce((select max(c.id) from consent_class c where c.tenant = p_tenant), 0)
        + row_number() over (order by fresh.canonical),
      sha256(convert_to(fresh.canonical, 'UTF8')), fresh.canonical
    from (
      select distinct u.canonical from unnest(p_canonicals) as u(canonical)
      where u.canonical is not null and not exists (
        select from consent_class c
        where c.tenant = p_tenant and c.hash = sha256(convert_to(u.canonical, 'UTF8')))
    ) as fresh;
    get diagnostics interned = row_count;
    if interned > 0 then
      insert into tenant_state as t (tenant, consent_epoch) values (p_tenant, 1)
      on conflict (tenant) do update set consent_epoch = t.consent_epoch + 1;
    end if;
  end if;

  with given as (
    select u.patient, coalesce(c.id, 0) as class,
      array(select jsonb_array_elements_text(p_residuals -> (u.position - 1)::integer)) as residual
    from unnest(p_patients, p_canonicals) with ordinality as u(patient, canonical, position)
    left join consent_class c
      on c.tenant = p_tenant and c.hash = sha256(convert_to(u.canonical, 'UTF8'))
  ), assigned as (
    update patient_state s
    set consent_class = g.class, residual = g.residual, consent_epoch = s.consent_epoch + 1
    from given g
    where s.tenant = p_tenant and s.patient = g.patient
    returning s.patient
  )
  select array_agg(u.patient) into missing
  from unnest(p_patients) as u(patient)
  where not exists (select from assigned a where a.patient = u.patient);
  return coalesce(missing, '{}');
end
$$;
