-- The locks of a write, in the order that all writers keep: the tenant (shared, or alone where there
-- would be too many others), then the given keys as they come. The two-number form is the tenant's;
-- the one-number form is everything else's, so the two never meet. 1751544692 is "hfst".
create function store_lock(p_tenant smallint, p_alone boolean, p_keys bigint[])
returns void language plpgsql volatile as $$
begin
  if p_alone then
    perform pg_advisory_xact_lock(1751544692, p_tenant::integer);
  else
    perform pg_advisory_xact_lock_shared(1751544692, p_tenant::integer);
  end if;
  for i in 1 .. cardinality(p_keys) loop
    perform pg_advisory_xact_lock(p_keys[i]);
  end loop;
end
$$;

-- The whole write in one round trip. VOLATILE: under READ COMMITTED every statement in here takes a
-- snapshot of its own, so all that follow the lock see what the lock's previous holder committed.
-- Arrays are parallel within their group: r_ one element a resource, the others refer to it by
-- its 1-based position. Errors carry SQLSTATE HFxxx and a JSON detail; they undo everything.
create function store_write(
  p_tenant smallint, p_alone boolean, p_locks bigint[],
  -- the consent state it was decided by: the gate's epoch, the epoch of each patient, who was not there
  p_consent_epoch bigint, k_patient bigint[], k_epoch bigint[], k_absent text[],
  p_labelling integer,     -- the label sets by which the contents were labelled; null for deletes only
  r_key bigint[],          -- null = create
  r_type smallint[], r_id text[],
  r_expected integer[],    -- version that must be current; 0 for a create
  r_version integer[], r_updated timestamptz[], r_content text[], -- null content = delete
  r_owner integer[],       -- position in g_ of the owning patient, or null
  r_owner_by smallint[],   -- parameters that name the owner, see resource.owner_by
  r_others text[],         -- positions in g_ of other patients, joined by ','; null for none
  r_inherits integer[],    -- position in g_ of the resource whose patient it shares, or null
  r_at timestamptz[], r_at_end timestamptz[], r_confidentiality smallint[], r_sensitivity bigint[],
  -- what shares its labels with what: a resource, a position in g_ of its Encounter or EpisodeOfCare,
  -- and whether it says what that Encounter was about
  l_resource integer[], l_source integer[], l_raises boolean[],
  -- distinct referenced resources: written here (position in r_) or stored already; one that is not
  -- required (a relative canonical is no literal reference) may be missing, and has no index row then
  g_position integer[], g_type smallint[], g_id text[], g_required boolean[],
  t_resource integer[], t_param smallint[], t_code text[], t_system integer[], t_selective boolean[],
  f_resource integer[], f_param smallint[], f_target integer[],
  u_resource integer[], u_param smallint[], u_uri text[],
  s_resource integer[], s_param smallint[], s_folded text[], s_tail text[], s_exact text[],
  d_resource integer[], d_param smallint[], d_start timestamptz[], d_end timestamptz[],
  q_resource integer[], q_param smallint[], q_unit text[], q_system integer[], q_low double precision[], q_high double precision[],
  c_resource integer[], c_param smallint[], c_code text[], c_system integer[], c_text text[], c_text_system integer[],
  c_low double precision[], c_high double precision[], c_low2 double precision[], c_high2 double precision[],
  n_resource integer[], n_param smallint[], n_latitude double precision[], n_longitude double precision[],
  -- outgoing index rows of updated and deleted resources, as JSON by table; null when there are none
  p_outgoing jsonb,
  e_id uuid[], e_interaction text[], e_type text[], e_urgency smallint[], p_actor text, p_request_id text,
  a_id uuid[], a_recorded timestamptz[], a_actor text[], a_action text[], a_outcome smallint[],
  a_patient_tag bytea[], a_leaf bytea[], a_key bigint[], a_body bytea[],
  -- keys of the records' bodies, see append_audit
  b_tag bytea[], b_key bigint[], b_wrapped bytea[]
) returns bigint[] language plpgsql volatile
-- Its statements look for single rows by whole keys, so there is nothing to plan anew for the values
-- of each call, and planning cost as much as the look-ups (pg_stat_statements.track_planning).
set plan_cache_mode = force_generic_plan as $$
declare
  v_key bigint[];
  v_target bigint[] := '{}';
  v_patient bigint[];
  v_missing text;
  v_wanted integer;
  v_done integer;
  -- Most writes are of one: an expression needs no executor, as a statement over arrays does.
  v_single boolean := cardinality(r_id) = 1;
begin
  if p_alone then -- as store_lock does, without its call
    perform pg_advisory_xact_lock(1751544692, p_tenant::integer);
  else
    perform pg_advisory_xact_lock_shared(1751544692, p_tenant::integer);
  end if;
  for i in 1 .. cardinality(p_locks) loop
    perform pg_advisory_xact_lock(p_locks[i]);
  end loop;

  -- Under the lock: a consent that was given or withdrawn since the decision undoes the write.
  if exists (
      select from tenant_state t where t.tenant = p_tenant
        and (t.consent_epoch > p_consent_epoch or t.labelling > p_labelling))
    or exists (
      select from unnest(k_patient, k_epoch) as k(patient, epoch)
      left join patient_state s on s.tenant = p_tenant and s.patient = k.patient
      where s.consent_epoch is distinct from k.epoch)
    or exists (select from patient_state s where s.tenant = p_tenant and s.patient_id = any(k_absent))
  then
    raise exception using errcode = 'HF428', message = 'consent changed';
  end if;

  if v_single then
    v_key := array[coalesce(r_key[1], nextval('resource_key_seq'))];
  else
    v_key := array(
      select coalesce(k, nextval('resource_key_seq'))
      from unnest(r_key) with ordinality as u(k, n) order by n);
  end if;

  if cardinality(g_id) > 0 then
    v_target := array(
      select coalesce(v_key[g.position], (
        select r.key from resource r
        where r.tenant = p_tenant and r.type = g.type and r.id = g.id and not r.deleted))
      from unnest(g_position, g_type, g_id) with ordinality as g(position, type, id, n) order by n);
    select string_agg(n::text, ',') into v_missing
    from unnest(v_target, g_required) with ordinality as m(k, required, n) where k is null and required;
    if v_missing is not null then
      raise exception using errcode = 'HF422', message = 'missing reference', detail = v_missing;
    end if;
  end if;

  -- A deleted resource stays its patient's, so that the tombstone is decided like the data was.
  if v_single and r_content[1] is not null then
    v_patient := array[v_target[r_owner[1]]];
  else
    v_patient := array(
      select case when u.content is null then (
          select r.patient from resource r where r.tenant = p_tenant and r.key = u.key)
        else v_target[u.owner] end
      from unnest(r_owner, r_key, r_content) with ordinality as u(owner, key, content, n) order by n);
  end if;
  if cardinality(array_remove(r_inherits, null)) > 0 then
    v_patient := array(
      select coalesce(v_patient[u.n], v_patient[g_position[u.source]], (
        select r.patient from resource r where r.tenant = p_tenant and r.key = v_target[u.source]))
      from unnest(r_inherits) with ordinality as u(source, n) order by n);
  end if;

  v_wanted := cardinality(array_remove(r_expected, 0));
  if v_wanted > 0 then
    insert into history (tenant, resource, version, type, updated, until, deleted, patient, other_patients,
      confidentiality, sensitivity, labelling, content)
    select r.tenant, r.key, r.version, r.type, r.updated, u.updated, r.deleted, r.patient, r.other_patients,
      r.confidentiality, r.sensitivity, r.labelling, r.content
    from unnest(r_key, r_expected, r_updated) as u(key, expected, updated)
    join resource r on r.tenant = p_tenant and r.key = u.key and r.version = u.expected
    where u.expected > 0;
    get diagnostics v_done = row_count;
    if v_done < v_wanted then
      raise exception using errcode = 'HF412', message = 'version changed';
    end if;
    update resource r set
      version = u.version, updated = u.updated, content = u.content, deleted = u.content is null,
      patient = v_patient[u.n], owner_by = u.owner_by, at = u.at, at_end = u.at_end,
      other_patients = case when u.content is null then r.other_patients else (
        select array_agg(v_target[o::integer]) from unnest(string_to_array(u.others, ',')) o) end,
      confidentiality = u.confidentiality, sensitivity = u.sensitivity,
      labelling = case when u.content is null then r.labelling else p_labelling end
    from unnest(r_key, r_expected, r_version, r_updated, r_content, r_owner_by, r_others, r_at, r_at_end,
      r_confidentiality, r_sensitivity) with ordinality
      as u(key, expected, version, updated, content, owner_by, others, at, at_end, confidentiality, sensitivity, n)
    where r.tenant = p_tenant and r.key = u.key and r.version = u.expected and u.expected > 0;
    get diagnostics v_done = row_count;
    if v_done < v_wanted then
      raise exception using errcode = 'HF412', message = 'version changed';
    end if;
  end if;

  v_wanted := cardinality(r_id) - v_wanted;
  if v_wanted > 0 then
    -- A violated key would put the id, which its client chose, into the server's log.
    if v_single then
      insert into resource (tenant, key, type, id, version, updated, patient, owner_by, other_patients, at, at_end,
        confidentiality, sensitivity, labelling, deleted, content)
      overriding system value
      values (p_tenant, v_key[1], r_type[1], r_id[1], r_version[1], r_updated[1], v_patient[1], r_owner_by[1],
        (select array_agg(v_target[o::integer]) from unnest(string_to_array(r_others[1], ',')) o),
        r_at[1], r_at_end[1], r_confidentiality[1], r_sensitivity[1], p_labelling, false, r_content[1])
      on conflict (tenant, type, id) do nothing;
    else
      insert into resource (tenant, key, type, id, version, updated, patient, owner_by, other_patients, at, at_end,
        confidentiality, sensitivity, labelling, deleted, content)
      overriding system value
      select p_tenant, v_key[u.n], u.type, u.id, u.version, u.updated, v_patient[u.n], u.owner_by,
        (select array_agg(v_target[o::integer]) from unnest(string_to_array(u.others, ',')) o),
        u.at, u.at_end, u.confidentiality, u.sensitivity, p_labelling, false, u.content
      from unnest(r_type, r_id, r_expected, r_version, r_updated, r_content, r_owner_by, r_others, r_at, r_at_end,
        r_confidentiality, r_sensitivity) with ordinality
        as u(type, id, expected, version, updated, content, owner_by, others, at, at_end, confidentiality,
          sensitivity, n)
      where u.expected = 0
      -- Two writers of the same new ids wait for each other in one order only.
      order by u.type, u.id collate "C"
      on conflict (tenant, type, id) do nothing;
    end if;
    get diagnostics v_done = row_count;
    if v_done < v_wanted then
      raise exception using errcode = 'HF409', message = 'id in use';
    end if;
    -- A patient's consents are looked up by its state row from the first read on.
    if patient_type() = any(r_type) then
      insert into patient_state (tenant, patient, patient_id)
      select p_tenant, v_key[u.n], u.id
      from unnest(r_type, r_id, r_expected) with ordinality as u(type, id, expected, n)
      where u.expected = 0 and u.type = patient_type();
    end if;
  end if;

  if p_outgoing is not null then
    perform store_drop_index_rows(p_tenant, v_key, p_outgoing);
  end if;

  if cardinality(t_param) > 0 then
    insert into token_index (tenant, param, code, system, at, resource, patient)
    select p_tenant, x.param, x.code, x.system, r_at[x.resource], v_key[x.resource],
      case when x.selective then v_patient[x.resource] end
    from unnest(t_resource, t_param, t_code, t_system, t_selective) as x(resource, param, code, system, selective);
  end if;
  if cardinality(f_param) > 0 then
    insert into reference_index (tenant, param, target, at, resource)
    select p_tenant, x.param, v_target[x.target], r_at[x.resource], v_key[x.resource]
    from unnest(f_resource, f_param, f_target) as x(resource, param, target)
    where v_target[x.target] is not null;
  end if;
  if cardinality(u_param) > 0 then
    insert into uri_index (tenant, param, uri, at, resource)
    select p_tenant, x.param, x.uri, r_at[x.resource], v_key[x.resource]
    from unnest(u_resource, u_param, u_uri) as x(resource, param, uri);
  end if;
  if cardinality(s_param) > 0 then
    insert into string_index (tenant, param, folded, tail, exact, resource)
    select p_tenant, x.param, x.folded, x.tail, x.exact, v_key[x.resource]
    from unnest(s_resource, s_param, s_folded, s_tail, s_exact) as x(resource, param, folded, tail, exact);
  end if;
  if cardinality(d_param) > 0 then
    insert into date_index (tenant, param, start_at, end_at, resource)
    select p_tenant, x.param, x.start_at, x.end_at, v_key[x.resource]
    from unnest(d_resource, d_param, d_start, d_end) as x(resource, param, start_at, end_at);
  end if;
  if cardinality(q_param) > 0 then
    insert into quantity_index (tenant, param, unit, system, low, high, resource)
    select p_tenant, x.param, x.unit, x.system, x.low, x.high, v_key[x.resource]
    from unnest(q_resource, q_param, q_unit, q_system, q_low, q_high) as x(resource, param, unit, system, low, high);
  end if;
  if cardinality(c_param) > 0 then
    insert into composite_index (tenant, param, code, system, text, text_system, low, high, low2, high2, resource)
    select p_tenant, x.param, x.code, x.system, x.text, x.text_system, x.low, x.high, x.low2, x.high2,
      v_key[x.resource]
    from unnest(c_resource, c_param, c_code, c_system, c_text, c_text_system, c_low, c_high, c_low2, c_high2)
      as x(resource, param, code, system, text, text_system, low, high, low2, high2);
  end if;
  if cardinality(n_param) > 0 then
    insert into position_index (tenant, param, latitude, longitude, resource)
    select p_tenant, x.param, x.latitude, x.longitude, v_key[x.resource]
    from unnest(n_resource, n_param, n_latitude, n_longitude) as x(resource, param, latitude, longitude);
  end if;

  if cardinality(l_resource) > 0 then
    if store_share_labels(p_tenant,
      array(select v_key[m] from unnest(l_resource) with ordinality as u(m, n) order by n),
      array(select v_target[s] from unnest(l_source) with ordinality as u(s, n) order by n), l_raises)
    then
      select array_agg(r.confidentiality order by u.n), array_agg(r.sensitivity order by u.n)
      into r_confidentiality, r_sensitivity
      from unnest(v_key) with ordinality as u(key, n)
      join resource r on r.tenant = p_tenant and r.key = u.key;
    end if;
  end if;

  perform store_append_events(p_tenant, v_key, v_patient, r_id, r_version, r_confidentiality,
    r_sensitivity, e_id, e_interaction, e_type, e_urgency, p_actor, p_request_id);

  if cardinality(a_id) > 0 then
    perform append_audit(p_tenant, a_id, a_recorded, a_actor, a_action, a_outcome, a_patient_tag, a_leaf,
      a_key, a_body, b_tag, b_key, b_wrapped);
  end if;
  return v_patient;
end
$$;

-- Appends one event a resource; the stream's advisory lock is held, so the head row cannot be contended.
-- Most writes are of one resource, and for those grouping by stream and reading arrays as tables cost
-- more than the head row and the event together.
create function store_append_events(
  p_tenant smallint, p_key bigint[], p_patient bigint[], p_id text[], p_version integer[],
  p_confidentiality smallint[], p_sensitivity bigint[],
  p_event_id uuid[], p_interaction text[], p_type text[], p_urgency smallint[], p_actor text, p_request_id text
) returns void language plpgsql volatile as $$
declare
  v_stream bigint[];
  v_seq bigint[];
  v_one bigint;
  v_positions bigint[];
  v_events bigint;
  v_head bigint;
begin
  if cardinality(p_key) = 1 then
    v_one := coalesce(p_patient[1], p_key[1]);
    update stream_head h set seq = h.seq + 1 where h.tenant = p_tenant and h.stream = v_one
    returning h.seq into v_head;
    if not found then
      insert into stream_head (tenant, stream, seq) values (p_tenant, v_one, 1);
      v_head := 1;
    end if;
    insert into event (tenant, stream, seq, event_id, interaction, resource_type, resource_id, version,
      patient_id, confidentiality, sensitivity, urgency, actor, request_id)
    values (p_tenant, v_one, v_head, p_event_id[1], p_interaction[1], p_type[1], p_id[1], p_version[1],
      (select ps.patient_id from patient_state ps where ps.tenant = p_tenant and ps.patient = v_one),
      p_confidentiality[1], p_sensitivity[1], p_urgency[1], p_actor, p_request_id);
    return;
  end if;

  v_stream := array(
    select coalesce(p_patient[n], k) from unnest(p_key) with ordinality as u(k, n) order by n);
  v_seq := array_fill(0::bigint, array[cardinality(p_key)]);
  for v_one, v_positions in
    select s, array_agg(n order by n) from unnest(v_stream) with ordinality as u(s, n) group by s
  loop
    v_events := cardinality(v_positions);
    -- Every event of a stream but its first finds a head, and an update alone writes less than an
    -- insert that turns into one.
    update stream_head h set seq = h.seq + v_events where h.tenant = p_tenant and h.stream = v_one
    returning h.seq into v_head;
    if not found then
      insert into stream_head (tenant, stream, seq) values (p_tenant, v_one, v_events);
      v_head := v_events;
    end if;
    for i in 1 .. v_events loop
      v_seq[v_positions[i]] := v_head - v_events + i;
    end loop;
  end loop;

  insert into event (tenant, stream, seq, event_id, interaction, resource_type, resource_id, version,
    patient_id, confidentiality, sensitivity, urgency, actor, request_id)
  select p_tenant, c.stream, c.seq, c.event_id, c.interaction, c.type, c.id, c.version,
    (select ps.patient_id from patient_state ps where ps.tenant = p_tenant and ps.patient = c.stream),
    c.confidentiality, c.sensitivity, c.urgency, p_actor, p_request_id
  from unnest(v_stream, v_seq, p_id, p_version, p_confidentiality, p_sensitivity, p_event_id,
      p_interaction, p_type, p_urgency) with ordinality
    as c(stream, seq, id, version, confidentiality, sensitivity, event_id, interaction, type, urgency, n)
  order by c.n;
end
$$;

-- Removes exactly the index rows that the outgoing versions had; each element names its whole row.
create function store_drop_index_rows(p_tenant smallint, p_key bigint[], p_outgoing jsonb)
returns void language plpgsql volatile
-- A few rows of one resource, each found in one descent: a planner that guesses a hundred of them, as it
-- does of JSON, reads whole tables instead while these are small.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  if p_outgoing ? 'token' then
    delete from token_index i
    using jsonb_to_recordset(p_outgoing -> 'token')
      as x(resource integer, param smallint, code text, system integer)
    where i.tenant = p_tenant and i.resource = p_key[x.resource] and i.param::integer = x.param
      and i.code = x.code and i.system = x.system;
  end if;
  if p_outgoing ? 'reference' then
    delete from reference_index i
    using jsonb_to_recordset(p_outgoing -> 'reference') as x(resource integer, param smallint, type smallint, id text)
    where i.tenant = p_tenant and i.resource = p_key[x.resource] and i.param::integer = x.param
      and i.target = (select r.key from resource r where r.tenant = p_tenant and r.type = x.type and r.id = x.id);
  end if;
  if p_outgoing ? 'uri' then
    delete from uri_index i
    using jsonb_to_recordset(p_outgoing -> 'uri') as x(resource integer, param smallint, uri text)
    where i.tenant = p_tenant and i.resource = p_key[x.resource] and i.param::integer = x.param and i.uri = x.uri;
  end if;
  if p_outgoing ? 'string' then
    delete from string_index i
    using jsonb_to_recordset(p_outgoing -> 'string') as x(resource integer, param smallint, folded text, exact text)
    where i.tenant = p_tenant and i.resource = p_key[x.resource] and i.param::integer = x.param
      and i.folded = x.folded and i.exact = x.exact;
  end if;
  if p_outgoing ? 'date' then
    delete from date_index i
    using jsonb_to_recordset(p_outgoing -> 'date')
      as x(resource integer, param smallint, start_at timestamptz, end_at timestamptz)
    where i.tenant = p_tenant and i.resource = p_key[x.resource] and i.param::integer = x.param
      and i.start_at = x.start_at and i.end_at = x.end_at;
  end if;
  if p_outgoing ? 'quantity' then
    delete from quantity_index i
    using jsonb_to_recordset(p_outgoing -> 'quantity')
      as x(resource integer, param smallint, unit text, system integer, low double precision, high double precision)
    where i.tenant = p_tenant and i.resource = p_key[x.resource] and i.param::integer = x.param
      and i.unit = x.unit and i.system = x.system and i.low = x.low and i.high = x.high;
  end if;
  if p_outgoing ? 'composite' then
    delete from composite_index i
    using jsonb_to_recordset(p_outgoing -> 'composite')
      as x(resource integer, param smallint, code text, system integer, text text, text_system integer,
        low double precision, high double precision, low2 double precision, high2 double precision)
    where i.tenant = p_tenant and i.resource = p_key[x.resource] and i.param::integer = x.param and i.code = x.code
      and i.system = x.system and i.text = x.text and i.text_system = x.text_system
      and i.low = x.low and i.high = x.high and i.low2 = x.low2 and i.high2 = x.high2;
  end if;
  if p_outgoing ? 'position' then
    delete from position_index i
    using jsonb_to_recordset(p_outgoing -> 'position')
      as x(resource integer, param smallint, latitude double precision, longitude double precision)
    where i.tenant = p_tenant and i.resource = p_key[x.resource] and i.param::integer = x.param
      and i.latitude = x.latitude and i.longitude = x.longitude;
  end if;
end
$$;
