-- One create as the store does it: one function call, index rows as arrays. `layout` says which
-- tables get them: none (the floor), a, b, or c: as b, but only the code's row carries the patient,
-- so that only it enters the second B-tree.
create function create_observation(layout text, new_id text, of_patient bigint, new_at timestamptz, body text,
  token_params smallint[], codes text[], systems integer[],
  reference_params smallint[], targets bigint[], new_unit integer, new_value float8)
returns bigint language plpgsql as $$
declare
  new_key bigint;
begin
  perform pg_advisory_xact_lock(1, of_patient::integer);
  insert into resource (tenant, type, id, version, updated, patient, at, content)
  values (1, 3, new_id, 1, now(), of_patient, new_at, body) returning key into new_key;
  if layout = 'a' then
    insert into a.token_index select 1, p, c, s, new_at, new_key from unnest(token_params, codes, systems) u(p, c, s);
    insert into a.reference_index select 1, p, t, new_at, new_key from unnest(reference_params, targets) u(p, t);
    insert into a.date_index values (1, 23, new_at, new_at, new_at, new_key);
    insert into a.quantity_index values (1, 27, new_unit, new_value, new_at, new_key);
  elsif layout = 'b' then
    insert into b.token_index select 1, p, c, s, new_at, new_key, of_patient from unnest(token_params, codes, systems) u(p, c, s);
    insert into b.reference_index select 1, p, t, new_at, new_key, of_patient from unnest(reference_params, targets) u(p, t);
    insert into b.date_index values (1, 23, new_at, new_at, new_at, new_key, of_patient);
    insert into b.quantity_index values (1, 27, new_unit, new_value, new_at, new_key, of_patient);
  elsif layout = 'c' then
    insert into b.token_index select 1, p, c, s, new_at, new_key, case when p = 21 then of_patient end
    from unnest(token_params, codes, systems) u(p, c, s);
    insert into b.reference_index select 1, p, t, new_at, new_key, null from unnest(reference_params, targets) u(p, t);
    insert into b.date_index values (1, 23, new_at, new_at, new_at, new_key, null);
    insert into b.quantity_index values (1, 27, new_unit, new_value, new_at, new_key, null);
  end if;
  return new_key;
end
$$;

-- A change of status: the old index row is known from the old content, so it is removed by its key.
create function amend_observation(layout text, of_key bigint, of_patient bigint, of_at timestamptz, body text)
returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(1, of_patient::integer);
  update resource set version = version + 1, updated = now(), content = body where tenant = 1 and key = of_key;
  if layout = 'a' then
    delete from a.token_index where tenant = 1 and param = 22 and code = 'final' and system = 3 and at = of_at and resource = of_key;
    insert into a.token_index values (1, 22, 'amended', 3, of_at, of_key);
  elsif layout in ('b', 'c') then
    delete from b.token_index where tenant = 1 and param = 22 and code = 'final' and system = 3 and at = of_at and resource = of_key;
    insert into b.token_index values (1, 22, 'amended', 3, of_at, of_key, case layout when 'b' then of_patient end);
  end if;
end
$$;
