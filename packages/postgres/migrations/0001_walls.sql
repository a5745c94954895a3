-- The application role owns nothing and is no superuser, so the tenant wall holds for it (invariant 7).
-- Roles belong to the whole cluster: where another owner made one, an administrator grants it.
create function ensure_role(wanted name) returns void language plpgsql as $$
begin
  begin
    if not exists (select from pg_roles where rolname = wanted) then
      execute format('create role %I nologin nosuperuser nobypassrls', wanted);
    end if;
  exception
    when duplicate_object or unique_violation then null; -- another database was migrated at the same moment
  end;
  if not pg_has_role(current_user, wanted, 'member') then
    execute format('grant %I to current_user', wanted);
  end if;
end
$$;

select ensure_role('holdfast_app');
grant usage on schema holdfast to holdfast_app;

-- Puts a table behind the tenant wall. An unset holdfast.tenant is an error, not an empty answer.
create function guard_tenant(guarded regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', guarded);
  execute format('alter table %s force row level security', guarded);
  execute format(
    'create policy tenant_wall on %s using (tenant = current_setting(''holdfast.tenant'')::smallint)', guarded);
  execute format('grant select, insert, update, delete on %s to holdfast_app', guarded);
end
$$;

-- Creates the monthly partitions of a time-partitioned table from the given month on.
-- A default partition catches what lies outside, so an insert never fails for want of one.
create function ensure_month_partitions(parent regclass, first_month date, months integer)
returns integer language plpgsql as $$
declare
  month date := date_trunc('month', first_month);
  bare text := (select relname from pg_class where oid = parent);
  created integer := 0;
begin
  for i in 0 .. months - 1 loop
    if to_regclass(format('%I_%s', bare, to_char(month, 'YYYYMM'))) is null then
      execute format('create table %I partition of %s for values from (%L) to (%L)',
        bare || '_' || to_char(month, 'YYYYMM'), parent, month, month + interval '1 month');
      created := created + 1;
    end if;
    month := month + interval '1 month';
  end loop;
  return created;
end
$$;
