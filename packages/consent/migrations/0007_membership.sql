-- Who stands for what beside themselves, by the resource that says so (A17): a practitioner for a role,
-- a role for its organisation, an organisation for the one above it, anyone for a group or team.
create table membership (
  tenant smallint not null,
  source_type smallint not null,
  source_id text collate "C" not null,
  -- FHIR references
  member text collate "C" not null,
  stands_for text collate "C" not null,
  -- ms since 1970; infinite where open
  since float8 not null,
  until float8 not null
);
create index membership_source on membership (tenant, source_type, source_id);
create index membership_member on membership (tenant, member);
select guard_tenant('membership');

-- Moves with `consent_epoch` where it is memberships that changed: closures of an older one are loaded anew.
alter table tenant_state add column membership_epoch bigint not null default 0;

-- Takes over what resources say about memberships, in place of what they said before. Both epochs move
-- in the same transaction, so the next statement of every process decides by it; what says the same as
-- before moves none.
create function assign_memberships(
  p_tenant smallint, s_type smallint[], s_id text[],
  m_source integer[], m_member text[], m_stands_for text[], m_since float8[], m_until float8[]
) returns void language plpgsql volatile as $$
declare
  moved boolean;
begin
  with held as (
    select m.source_type, m.source_id, m.member, m.stands_for, m.since, m.until
    from membership m join unnest(s_type, s_id) as s(type, id)
      on m.tenant = p_tenant and m.source_type = s.type and m.source_id = s.id
  ), said as (
    select s_type[u.source], s_id[u.source], u.member, u.stands_for,
      coalesce(u.since, '-infinity'), coalesce(u.until, 'infinity')
    from unnest(m_source, m_member, m_stands_for, m_since, m_until)
      as u(source, member, stands_for, since, until)
  )
  select exists ((table held except table said) union all (table said except table held)) into moved;
  if not moved then
    return;
  end if;
  delete from membership m using unnest(s_type, s_id) as s(type, id)
  where m.tenant = p_tenant and m.source_type = s.type and m.source_id = s.id;
  insert into membership (tenant, source_type, source_id, member, stands_for, since, until)
  select p_tenant, s_type[u.source], s_id[u.source], u.member, u.stands_for,
    coalesce(u.since, '-infinity'), coalesce(u.until, 'infinity')
  from unnest(m_source, m_member, m_stands_for, m_since, m_until)
    as u(source, member, stands_for, since, until);
  insert into tenant_state as t (tenant, consent_epoch, membership_epoch) values (p_tenant, 1, 1)
  on conflict (tenant) do update
  set consent_epoch = t.consent_epoch + 1, membership_epoch = t.membership_epoch + 1;
end
$$;
