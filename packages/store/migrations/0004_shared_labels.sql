-- Labels along the Encounter: what is recorded in one is as sensitive as what it was about, and an
-- Encounter as its EpisodeOfCare. Pairs of a resource, what it is part of (itself: it was written and
-- others may be part of it), and whether it says what that Encounter was about. Labels are only added:
-- taking one back is for the relabelling, which looks at all of a patient's data.
-- @returns whether labels of any resource changed
create function store_share_labels(
  p_tenant smallint, p_member bigint[], p_source bigint[], p_raises boolean[]
) returns boolean language plpgsql volatile
-- Keys in hand, each row found in one descent; see store_drop_index_rows.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_spreading bigint[];
  v_changed boolean := false;
  v_depth integer := 0;
begin
  -- Nearly always nothing is labelled, and that is all there is to find out.
  if not exists (
    select from resource r where r.tenant = p_tenant and is_labelled(r.confidentiality, r.sensitivity)
      and (r.key = any(p_source) or r.key = any(
        array(select u.member from unnest(p_member, p_raises) as u(member, raises) where u.raises))))
  then
    return false;
  end if;

  with said as (
    select u.source, bit_or(m.sensitivity) as sensitivity, max(m.confidentiality) as confidentiality,
      bool_or(m.confidentiality < 0) as unknown
    from unnest(p_member, p_source, p_raises) as u(member, source, raises)
    join resource m on m.tenant = p_tenant and m.key = u.member
    where u.raises and is_labelled(m.confidentiality, m.sensitivity)
    group by u.source
  ), raised as (
    update resource g set sensitivity = g.sensitivity | said.sensitivity,
      confidentiality = shared_confidentiality(g.confidentiality, said.confidentiality, said.unknown)
    from said
    where g.tenant = p_tenant and g.key = said.source and g.type = encounter_type() and not g.deleted
      and (g.sensitivity | said.sensitivity, shared_confidentiality(g.confidentiality, said.confidentiality,
        said.unknown)) is distinct from (g.sensitivity, g.confidentiality)
    returning g.key
  )
  select coalesce(array_agg(key), '{}') into v_spreading from raised;
  v_changed := cardinality(v_spreading) > 0;

  with inherited as (
    select u.member, bit_or(g.sensitivity) as sensitivity, max(g.confidentiality) as confidentiality,
      bool_or(g.confidentiality < 0) as unknown
    from unnest(p_member, p_source) as u(member, source)
    join resource g on g.tenant = p_tenant and g.key = u.source
    where u.member <> u.source and is_labelled(g.confidentiality, g.sensitivity)
    group by u.member
  ), labelled as (
    update resource m set sensitivity = m.sensitivity | i.sensitivity,
      confidentiality = shared_confidentiality(m.confidentiality, i.confidentiality, i.unknown)
    from inherited i
    where m.tenant = p_tenant and m.key = i.member
      and (m.sensitivity | i.sensitivity, shared_confidentiality(m.confidentiality, i.confidentiality,
        i.unknown)) is distinct from (m.sensitivity, m.confidentiality)
    returning m.key, m.type
  )
  select v_changed or count(*) > 0,
    v_spreading || coalesce(array_agg(key) filter (where type = encounter_type()), '{}')
  into v_changed, v_spreading from labelled;

  v_spreading := v_spreading || array(
    select u.source from unnest(p_member, p_source) as u(member, source) where u.member = u.source);
  while cardinality(v_spreading) > 0 and v_depth < 3 loop
    with inherited as (
      select i.resource as member, bit_or(g.sensitivity) as sensitivity,
        max(g.confidentiality) as confidentiality, bool_or(g.confidentiality < 0) as unknown
      from unnest(v_spreading) as u(source)
      join resource g on g.tenant = p_tenant and g.key = u.source
      join reference_index i on i.tenant = p_tenant and i.target = u.source
      where is_labelled(g.confidentiality, g.sensitivity)
      group by i.resource
    ), labelled as (
      update resource m set sensitivity = m.sensitivity | i.sensitivity,
        confidentiality = shared_confidentiality(m.confidentiality, i.confidentiality, i.unknown)
      from inherited i
      where m.tenant = p_tenant and m.key = i.member
        and (m.sensitivity | i.sensitivity, shared_confidentiality(m.confidentiality, i.confidentiality,
          i.unknown)) is distinct from (m.sensitivity, m.confidentiality)
      returning m.key, m.type
    )
    select v_changed or count(*) > 0, coalesce(array_agg(key) filter (where type = encounter_type()), '{}')
    into v_changed, v_spreading from labelled;
    v_depth := v_depth + 1;
  end loop;
  return v_changed;
end
$$;

-- More than ordinary data without a label: N is 3.
create function is_labelled(confidentiality smallint, sensitivity bigint) returns boolean
language sql immutable parallel safe return sensitivity <> 0 or confidentiality < 0 or confidentiality > 3;

-- Of what shares another's labels: only what is more than ordinary is passed on.
create function shared_confidentiality(own smallint, other smallint, unknown boolean) returns smallint
language sql immutable parallel safe
return case
  when unknown and other < 5 then stricter_confidentiality(own, (-1)::smallint)
  when other > 3 then stricter_confidentiality(own, other)
  else own end;
