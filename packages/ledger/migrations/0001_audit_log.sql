-- The sequencer reads every tenant's records and writes the log; nobody else writes the log.
select ensure_role('holdfast_sequencer');
grant usage on schema holdfast to holdfast_sequencer;

-- Retires, wraps anew and destroys keys of bodies.
select ensure_role('holdfast_eraser');
grant usage on schema holdfast to holdfast_eraser;

-- One row per access, durable before the answer leaves (invariant 2), never updated.
create table audit (
  tenant smallint not null,
  outcome smallint not null,
  id bigint generated always as identity,
  -- The fence, as for table event: the log's order is (xid, id), which no later commit can change.
  xid xid8 not null default pg_current_xact_id(),
  -- The time inside audit_id (UUIDv7), so that an id alone finds its row through audit_recorded.
  recorded timestamptz not null,
  audit_id uuid not null,
  action text not null,
  actor text not null,
  -- HMAC of the patient's id; null where no patient is concerned.
  patient_tag bytea,
  -- Canonical JSON of commitments and tags: what the tree is built over.
  leaf bytea not null,
  -- What the leaf commits to, with its salt, under a key of audit_key: unreadable once that is gone;
  -- null once retention has removed it.
  key_id bigint not null,
  body bytea,
  -- One index is key and fence; rows arrive at its right edge.
  primary key (tenant, xid, id),
  constraint led_action check (action in ('C', 'R', 'U', 'D', 'E')),
  constraint led_outcome check (outcome in (0, 4, 8, 12))
);
-- "Who accessed this patient's record, when": O(answer).
create index audit_patient on audit (tenant, patient_tag, recorded) where patient_tag is not null;
-- A few bytes a megabyte: finds a period, and a single row by the time in its id.
create index audit_recorded on audit using brin (recorded)
  with (pages_per_range = 16, autosummarize = on);
select guard_tenant('audit');

-- Keys of bodies, each wrapped by a version of the key ring, which is not in this database. Several a
-- patient: whoever knows no committed one makes another, so that writers never wait for each other.
create table audit_key (
  key_id bigint not null,
  -- Of the transaction that made it.
  xid xid8 not null default pg_current_xact_id(),
  tenant smallint not null,
  -- No further body under it: on its way to be destroyed.
  retired boolean not null default false,
  -- Of the patient; empty for what outlives every patient's erasure.
  patient_tag bytea not null,
  -- Version of the ring (2 bytes), nonce (12), key (32), tag (16): AES-256-GCM.
  wrapped bytea not null,
  primary key (tenant, patient_tag, key_id),
  constraint led_wrapped check (octet_length(wrapped) = 62)
);
select guard_tenant('audit_key');

-- The least version of the ring that may wrap new keys; no row: any.
create table audit_key_floor (
  tenant smallint primary key,
  version integer not null
);
select guard_tenant('audit_key_floor');

-- Entries of the log in order, as many a row as one step of the sequencer found. The n-th entry's
-- hash stands at bytes 32n, its record's id at audit_ids[n + 1].
create table log_batch (
  tenant smallint not null,
  entries integer not null,
  -- Of the first entry; from 0, without gap.
  position bigint not null,
  -- Key of the last entry's audit row: where the next batch goes on.
  last_xid xid8 not null,
  last_id bigint not null,
  audit_ids uuid[] not null,
  leaf_hashes bytea not null,
  -- Two leaders cannot both write an entry at one position.
  primary key (tenant, position),
  constraint led_batch_whole
    check (entries > 0 and cardinality(audit_ids) = entries and octet_length(leaf_hashes) = 32 * entries)
);
create unique index log_batch_end on log_batch (tenant, last_xid, last_id);
alter table log_batch alter leaf_hashes set storage external; -- hashes do not compress
select guard_tenant('log_batch');

-- Complete hash tiles (C2SP tlog-tiles); incomplete ones are read from batches and roots below.
create table log_tile (
  tenant smallint not null,
  level smallint not null,
  index bigint not null,
  -- Of the tree over its 256 hashes: the tile's hash in the tile one level up.
  root bytea not null,
  hashes bytea not null,
  primary key (tenant, level, index),
  constraint led_tile_full check (octet_length(hashes) = 8192 and octet_length(root) = 32)
);
alter table log_tile alter hashes set storage external;
select guard_tenant('log_tile');

-- Signed tree heads (C2SP tlog-checkpoint): root, time and number stand in the note, under its
-- signature, and nowhere else. The one to trust is a copy held elsewhere.
create table log_checkpoint (
  tenant smallint not null,
  size bigint not null,
  note text not null,
  primary key (tenant, size)
);
select guard_tenant('log_checkpoint');

-- Cosignatures of witnesses (C2SP tlog-cosignature): signature lines to add to a checkpoint's note.
create table log_cosignature (
  tenant smallint not null,
  size bigint not null,
  witness text not null,
  line text not null,
  primary key (tenant, size, witness)
);
select guard_tenant('log_cosignature');

-- The index "which entries are about this patient", up to the size in log_index: one row a patient,
-- and the two upper levels of the trie over them, 256 subtree hashes a row. All of it can be made
-- again from the leaves.
create table log_patient (
  tenant smallint not null,
  -- First two bytes of the tag: the subtree below the stored levels.
  prefix integer not null,
  tag bytea not null,
  entries bigint not null,
  head bytea not null,
  primary key (tenant, prefix, tag),
  constraint led_patient_prefix check (prefix = get_byte(tag, 0) * 256 + get_byte(tag, 1))
) with (fillfactor = 80);
select guard_tenant('log_patient');
create table log_index_tile (
  tenant smallint not null,
  -- First byte of the tags below; -1 for the tile of the root.
  place smallint not null,
  hashes bytea not null,
  primary key (tenant, place),
  constraint led_index_tile_full check (octet_length(hashes) = 8192)
);
alter table log_index_tile alter hashes set storage external;
select guard_tenant('log_index_tile');
create table log_index (
  tenant smallint not null,
  -- Entries of the log that the index covers.
  size bigint not null,
  root bytea not null,
  -- The record whose leaf commits to it.
  audit_id uuid not null,
  primary key (tenant, size)
);
select guard_tenant('log_index');

-- Append only (invariant 5): the platform adds records and reads the rest, the sequencer adds to
-- the log, and neither changes or removes anything.
revoke update, delete on audit, audit_key from holdfast_app;
revoke insert, update, delete on audit_key_floor from holdfast_app;
revoke insert, update, delete on log_batch, log_tile, log_checkpoint, log_cosignature, log_patient,
  log_index_tile, log_index from holdfast_app;
-- It records one thing itself: the root of the index.
grant select, insert on audit, audit_key to holdfast_sequencer;
grant select on audit_key_floor to holdfast_sequencer;
grant select, insert on log_index to holdfast_sequencer;
grant select, insert, update on log_patient, log_index_tile to holdfast_sequencer;
grant select, insert on log_batch, log_tile, log_checkpoint, log_cosignature to holdfast_sequencer;
create policy sequencer on audit to holdfast_sequencer using (true);
create policy sequencer on audit_key to holdfast_sequencer using (true);
create policy sequencer on audit_key_floor to holdfast_sequencer using (true);
grant select, insert, update, delete on audit_key to holdfast_eraser;
grant select, insert, update on audit_key_floor to holdfast_eraser;
grant select, insert on audit to holdfast_eraser;
create policy eraser on audit_key to holdfast_eraser using (true);
create policy eraser on audit_key_floor to holdfast_eraser using (true);
create policy eraser on audit to holdfast_eraser using (true);
create policy sequencer on log_patient to holdfast_sequencer using (true);
create policy sequencer on log_index_tile to holdfast_sequencer using (true);
create policy sequencer on log_index to holdfast_sequencer using (true);
create policy sequencer on log_batch to holdfast_sequencer using (true);
create policy sequencer on log_tile to holdfast_sequencer using (true);
create policy sequencer on log_checkpoint to holdfast_sequencer using (true);
create policy sequencer on log_cosignature to holdfast_sequencer using (true);

-- Adds records of one tenant: a whole group commit as one statement, or part of a write. VOLATILE:
-- under READ COMMITTED each statement in here takes a snapshot of its own. The transaction has its
-- number before it looks at the keys, so that whoever retires one and then waits for all earlier
-- numbers has waited for everybody who saw it unretired.
create function append_audit(
  of_tenant smallint, audit_ids uuid[], recorded timestamptz[], actors text[], actions text[],
  outcomes smallint[], patient_tags bytea[], leaves bytea[], key_ids bigint[], bodies bytea[],
  -- the keys these bodies are under: a new one with its wrapped form, a known one with null
  k_tags bytea[], k_ids bigint[], k_wrapped bytea[]
) returns void language plpgsql volatile as $$
declare
  v_refused text;
  v_new integer := cardinality(array_remove(k_wrapped, null));
  v_done integer;
begin
  -- A statement of its own: the tenant wall must not be read before it is set.
  perform set_config('holdfast.tenant', of_tenant::text, true), pg_current_xact_id();
  if v_new < cardinality(k_ids) then
    if current_setting('transaction_isolation') <> 'read committed' then
      raise exception using errcode = '25001', message = 'LED-17 audit records need READ COMMITTED';
    end if;
    select string_agg(u.id::text, ',') into v_refused
    from unnest(k_tags, k_ids, k_wrapped) as u(tag, id, wrapped)
    -- A lookup each, whatever the planner makes of a table that was empty when it looked.
    where u.wrapped is null and coalesce((select k.retired from audit_key k
      where k.tenant = of_tenant and k.patient_tag = u.tag and k.key_id = u.id), true);
    if v_refused is not null then
      raise exception using errcode = 'HF410', message = 'audit key retired', detail = v_refused;
    end if;
  end if;
  if v_new > 0 then
    insert into audit_key (tenant, patient_tag, key_id, wrapped)
    select of_tenant, u.tag, u.id, u.wrapped
    from unnest(k_tags, k_ids, k_wrapped) as u(tag, id, wrapped)
    where u.wrapped is not null and get_byte(u.wrapped, 0) * 256 + get_byte(u.wrapped, 1)
      >= coalesce((select version from audit_key_floor where tenant = of_tenant), 0);
    get diagnostics v_done = row_count;
    if v_done < v_new then
      raise exception using errcode = 'HF411', message = 'audit key ring outdated';
    end if;
  end if;
  insert into audit
    (tenant, audit_id, recorded, actor, action, outcome, patient_tag, leaf, key_id, body)
  select of_tenant, row.*
  from unnest(audit_ids, recorded, actors, actions, outcomes, patient_tags, leaves, key_ids, bodies) as row;
end
$$;
