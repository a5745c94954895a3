-- Requests that are carried out after they were answered (https://hl7.org/fhir/R4/async.html), with
-- their results until these expire.
create table async_request (
  tenant smallint not null,
  id uuid not null,
  -- The principal who sent it; for everybody else it is not there.
  owner text not null,
  kind text not null,
  -- As whom it is carried out, and what was asked.
  actor jsonb not null,
  asked jsonb not null,
  state text not null default 'waiting',
  -- Times it was begun since it last went on; one that ends its process again and again is given up.
  attempts integer not null default 0,
  -- Where a successor goes on, and the same in words for who waits.
  progress jsonb,
  said text,
  -- HTTP status and body of the answer.
  status smallint,
  answer text,
  created timestamptz not null default clock_timestamp(),
  expires timestamptz,
  primary key (tenant, id),
  constraint asy_state check (state in ('waiting', 'running', 'done')),
  constraint asy_done_is_answered check ((state = 'done') = (status is not null and expires is not null))
);
create index async_request_open on async_request (tenant, created, id) where state <> 'done';
create index async_request_expired on async_request (tenant, expires) where state = 'done';
select guard_tenant('async_request');

-- What is settled of a request, each part once, written in the transaction that settles it: a
-- successor does not do it again (ASY-2).
create table async_part (
  tenant smallint not null,
  request uuid not null,
  nth integer not null,
  content text not null,
  primary key (tenant, request, nth),
  foreign key (tenant, request) references async_request (tenant, id) on delete cascade
);
select guard_tenant('async_part');
