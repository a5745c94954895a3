-- Emergency access to one patient: asked for with a reason, confirmed, open for a time, reviewed.
-- Nothing is ever deleted: what happened to each stands in its own columns.
create table break_glass (
  tenant smallint not null,
  id uuid not null,
  patient bigint not null,
  patient_id text collate "C" not null,
  actor text not null,
  reason text not null,
  minutes integer not null,
  asked timestamptz not null default statement_timestamp(),
  opened timestamptz,
  until timestamptz,
  -- before its time, by whom
  ended timestamptz,
  ended_by text,
  verdict text,
  note text,
  reviewed timestamptz,
  reviewed_by text,
  primary key (tenant, id),
  constraint con_glass_opened check ((opened is null) = (until is null)),
  constraint con_glass_ended check (ended is null or opened is not null),
  constraint con_glass_verdict check (verdict in ('justified', 'unjustified')),
  constraint con_glass_reviewed check (
    (verdict is null) = (reviewed is null) and (verdict is null or opened is not null)),
  -- CON-13 nobody reviews what they did themselves
  constraint con_glass_reviewer check (reviewed_by is distinct from actor)
);
create index break_glass_patient on break_glass (tenant, patient_id, asked);
create index break_glass_actor on break_glass (tenant, actor, asked);
create index break_glass_unreviewed on break_glass (tenant, opened) where opened is not null and verdict is null;
select guard_tenant('break_glass');
revoke delete on break_glass from holdfast_app;

-- Opens what was asked for, as a tie of the patient's that ends by itself. Under the patient's stream
-- lock. False where there is nothing to open: asked for too long ago, by somebody else, or open before.
create function open_break_glass(p_tenant smallint, p_id uuid, p_actor text, p_confirm interval)
returns boolean language plpgsql volatile as $$
declare
  granted break_glass;
begin
  update break_glass g
  set opened = statement_timestamp(), until = statement_timestamp() + make_interval(mins => g.minutes)
  where g.tenant = p_tenant and g.id = p_id and g.actor = p_actor and g.opened is null
    and g.asked > statement_timestamp() - p_confirm
  returning g.* into granted;
  if not found then
    return false;
  end if;
  -- No resource type has this code: the source is the grant itself.
  insert into relationship (tenant, source_type, source_id, patient, kind, target, since, until)
  values (p_tenant, -1, p_id::text, granted.patient, 'break-glass', granted.actor,
    extract(epoch from granted.opened) * 1000, extract(epoch from granted.until) * 1000);
  perform settle_ties(p_tenant, array[granted.patient]);
  return true;
end
$$;

-- Ends it from the next statement of every process on. False where it was not open.
create function end_break_glass(p_tenant smallint, p_id uuid, p_by text)
returns boolean language plpgsql volatile as $$
declare
  granted break_glass;
begin
  update break_glass g set ended = statement_timestamp(), ended_by = p_by
  where g.tenant = p_tenant and g.id = p_id and g.opened is not null and g.ended is null
    and g.until > statement_timestamp()
  returning g.* into granted;
  if not found then
    return false;
  end if;
  delete from relationship r
  where r.tenant = p_tenant and r.source_type = -1 and r.source_id = p_id::text;
  perform settle_ties(p_tenant, array[granted.patient]);
  return true;
end
$$;
