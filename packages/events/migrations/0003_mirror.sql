-- A database whose log is a copy of another installation's, for consumers on other machines. How far
-- the copy has come in the broker's stream; a stream made at another time is another stream.
create table mirror_place (
  broker_stream text primary key,
  made_at timestamptz not null,
  seq bigint not null
);
grant select, insert, update on mirror_place to holdfast_relay;

-- Events on their way into the log. One that came before an earlier one of its stream waits here.
create table mirror_waiting (
  tenant smallint not null,
  stream bigint not null,
  seq bigint not null,
  arrival bigint generated always as identity,
  event jsonb not null,
  primary key (tenant, stream, seq)
);
select guard_tenant('mirror_waiting');
