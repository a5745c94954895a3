-- The sequencer reads every tenant's records and writes the log; nobody else writes the log.
select ensure_role('holdfast_sequencer');
grant usage on schema holdfast to holdfast_sequencer;

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
  -- What the leaf commits to; both null once retention or erasure has removed them.
  body text,
  salt bytea,
  -- One index is key and fence; rows arrive at its right edge.
  primary key (tenant, xid, id),
  constraint led_action check (action in ('C', 'R', 'U', 'D', 'E')),
  constraint led_outcome check (outcome in (0, 4, 8, 12)),
  constraint led_body_with_salt check ((body is null) = (salt is null))
);
-- "Who accessed this patient's record, when": O(answer).
create index audit_patient on audit (tenant, patient_tag, recorded) where patient_tag is not null;
-- A few bytes a megabyte: finds a period, and a single row by the time in its id.
create index audit_recorded on audit using brin (recorded)
  with (pages_per_range = 16, autosummarize = on);
select guard_tenant('audit');

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
revoke update, delete on audit from holdfast_app;
revoke insert, update, delete on log_batch, log_tile, log_checkpoint, log_cosignature, log_patient,
  log_index_tile, log_index from holdfast_app;
-- It records one thing itself: the root of the index.
grant select, insert on audit to holdfast_sequencer;
grant select, insert on log_index to holdfast_sequencer;
grant select, insert, update on log_patient, log_index_tile to holdfast_sequencer;
grant select, insert on log_batch, log_tile, log_checkpoint, log_cosignature to holdfast_sequencer;
create policy sequencer on audit to holdfast_sequencer using (true);
create policy sequencer on log_patient to holdfast_sequencer using (true);
create policy sequencer on log_index_tile to holdfast_sequencer using (true);
create policy sequencer on log_index to holdfast_sequencer using (true);
create policy sequencer on log_batch to holdfast_sequencer using (true);
create policy sequencer on log_tile to holdfast_sequencer using (true);
create policy sequencer on log_checkpoint to holdfast_sequencer using (true);
create policy sequencer on log_cosignature to holdfast_sequencer using (true);

-- Adds records of one tenant: a whole group commit as one statement, or part of a write.
create function append_audit(
  of_tenant smallint, audit_ids uuid[], recorded timestamptz[], actors text[], actions text[],
  outcomes smallint[], patient_tags bytea[], leaves bytea[], bodies text[], salts bytea[]
) returns void language plpgsql as $$
begin
  -- A statement of its own: the tenant wall must not be read before it is set.
  perform set_config('holdfast.tenant', of_tenant::text, true);
  insert into audit
    (tenant, audit_id, recorded, actor, action, outcome, patient_tag, leaf, body, salt)
  select of_tenant, row.*
  from unnest(audit_ids, recorded, actors, actions, outcomes, patient_tags, leaves, bodies, salts) as row;
end
$$;
