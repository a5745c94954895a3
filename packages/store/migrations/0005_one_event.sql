-- Appends one event a resource, as before; most writes are of one resource, and for those grouping by
-- stream and reading arrays as tables cost more than the head row and the event together.
create or replace function store_append_events(
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
