-- A: one row a value; one B-tree a table, the main date and the key trailing.
create schema a;
create table a.token_index (
  tenant smallint not null, param smallint not null, code text collate "C" not null, system integer not null,
  at timestamptz not null, resource bigint not null);
create table a.date_index (
  tenant smallint not null, param smallint not null, low timestamptz not null, high timestamptz not null,
  at timestamptz not null, resource bigint not null);
create table a.reference_index (
  tenant smallint not null, param smallint not null, target bigint not null,
  at timestamptz not null, resource bigint not null);
create table a.string_index (
  tenant smallint not null, param smallint not null, value text collate "C" not null,
  at timestamptz not null, resource bigint not null);
create table a.quantity_index (
  tenant smallint not null, param smallint not null, unit integer not null, value float8 not null,
  at timestamptz not null, resource bigint not null);
