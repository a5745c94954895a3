-- B: the same rows with the patient; a second B-tree that leads with the patient.
create schema b;
create table b.token_index (
  tenant smallint not null, param smallint not null, code text collate "C" not null, system integer not null,
  at timestamptz not null, resource bigint not null, patient bigint);
create table b.date_index (
  tenant smallint not null, param smallint not null, low timestamptz not null, high timestamptz not null,
  at timestamptz not null, resource bigint not null, patient bigint);
create table b.reference_index (
  tenant smallint not null, param smallint not null, target bigint not null,
  at timestamptz not null, resource bigint not null, patient bigint);
create table b.string_index (
  tenant smallint not null, param smallint not null, value text collate "C" not null,
  at timestamptz not null, resource bigint not null, patient bigint);
create table b.quantity_index (
  tenant smallint not null, param smallint not null, unit integer not null, value float8 not null,
  at timestamptz not null, resource bigint not null, patient bigint);
