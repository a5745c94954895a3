-- The application role owns nothing and is no superuser, so the tenant wall holds for it (invariant 7).
do $$
begin
  if not exists (select from pg_roles where rolname = 'holdfast_app') then
    create role holdfast_app nologin nosuperuser nobypassrls;
  end if;
exception
  when duplicate_object or unique_violation then null; -- another database of the cluster was migrated at the same moment
end
$$;
grant holdfast_app to current_user;
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
