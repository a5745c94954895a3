-- Who is what to a patient, by the resource that says so. What is over has no row; what a decision
-- needs of it stands in `patient_state.ties`, so that it comes with the data, in its snapshot.
create table relationship (
  tenant smallint not null,
  source_type smallint not null,
  source_id text collate "C" not null,
  patient bigint not null,
  kind text not null,
  -- FHIR reference of the one who is tied
  target text not null,
  -- ms since 1970; -infinity and infinity where open
  since float8 not null,
  until float8 not null
);
create index relationship_source on relationship (tenant, source_type, source_id);
create index relationship_patient on relationship (tenant, patient);
select guard_tenant('relationship');

-- What a patient's relationships come down to: the ties that hold until a write ends them, and those
-- that begin or end by themselves. A guardian's end when the patient comes of age; of a patient whose
-- age nobody knows there is no guardian.
create function settle_ties(p_tenant smallint, p_patients bigint[]) returns void
language sql volatile as $$
  with held as (
    select r.patient, r.kind || ':' || r.target as tie, r.since,
      case when r.kind = 'guardian' then least(r.until, coalesce((
          select min(a.since) from relationship a
          where a.tenant = p_tenant and a.patient = r.patient and a.kind = 'of-age'), '-infinity'))
        else r.until end as until
    from relationship r
    where r.tenant = p_tenant and r.patient = any(p_patients) and r.kind <> 'of-age'
  ), alive as (
    select h.* from held h
    where h.until > extract(epoch from statement_timestamp()) * 1000 and h.since < h.until
  ), settled as (
    select named.patient,
      array(select distinct a.tie from alive a
        where a.patient = named.patient and a.since = '-infinity' and a.until = 'infinity'
        order by a.tie) as ties,
      (select jsonb_agg(jsonb_build_array(a.tie, nullif(a.since, '-infinity'), nullif(a.until, 'infinity'))
          order by a.tie, a.since, a.until)
        from alive a
        where a.patient = named.patient and (a.since > '-infinity' or a.until < 'infinity')) as passing
    from unnest(p_patients) as named(patient)
  )
  update patient_state s
  set ties = t.ties, passing_ties = t.passing, consent_epoch = s.consent_epoch + 1
  from settled t
  where s.tenant = p_tenant and s.patient = t.patient
    and (s.ties, s.passing_ties) is distinct from (t.ties, t.passing);
$$;

-- Takes over what resources say about relationships, in place of what they said before. Touches their
-- own rows and one state row for each patient they name or named, whatever else these have.
create function assign_relationships(
  p_tenant smallint, s_type smallint[], s_id text[],
  t_source integer[], t_patient text[], t_kind text[], t_target text[], t_since float8[], t_until float8[]
) returns void language plpgsql volatile as $$
declare
  touched bigint[];
begin
  with gone as (
    delete from relationship r using unnest(s_type, s_id) as u(type, id)
    where r.tenant = p_tenant and r.source_type = u.type and r.source_id = u.id
    returning r.patient
  ), come as (
    insert into relationship (tenant, source_type, source_id, patient, kind, target, since, until)
    select p_tenant, s_type[t.source], s_id[t.source], s.patient, t.kind, t.target,
      coalesce(t.since, '-infinity'), coalesce(t.until, 'infinity')
    from unnest(t_source, t_patient, t_kind, t_target, t_since, t_until)
      as t(source, patient_id, kind, target, since, until)
    join patient_state s on s.tenant = p_tenant and s.patient_id = t.patient_id
    returning patient
  )
  select array_agg(distinct each.patient) into touched
  from (select patient from gone union all select patient from come) as each;
  perform settle_ties(p_tenant, touched);
end
$$;
