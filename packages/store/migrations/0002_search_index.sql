-- Dictionaries keep the index rows narrow. Ids are this database's own; processes cache them.
create table search_parameter (
  id smallint generated always as identity primary key,
  type smallint not null,
  code text collate "C" not null,
  unique (type, code)
);
create table token_system (
  id integer generated always as identity primary key,
  uri text collate "C" not null unique
);
grant select, insert on search_parameter, token_system to holdfast_app;

-- Typed index tables, one row a value. The primary key is the only index: it leads with the value,
-- ends with the sort key (the resource's main date, then its key) so that ORDER BY + LIMIT stops
-- early, and answers "has this resource that value" in one descent, since `at` is known by then.
-- Old rows are computed from the outgoing content, so no index on `resource` is paid for.
create table token_index (
  tenant smallint not null,
  param smallint not null,
  code text collate "C" not null,
  system integer not null, -- 0 = no system
  at timestamptz not null,
  resource bigint not null,
  primary key (tenant, param, code, system, at, resource)
);
select guard_tenant('token_index');

create table reference_index (
  tenant smallint not null,
  param smallint not null,
  target bigint not null,
  at timestamptz not null,
  resource bigint not null,
  primary key (tenant, param, target, at, resource)
);
select guard_tenant('reference_index');

-- Absolute references, canonicals and uri parameters.
create table uri_index (
  tenant smallint not null,
  param smallint not null,
  uri text collate "C" not null,
  at timestamptz not null,
  resource bigint not null,
  primary key (tenant, param, uri, at, resource)
);
select guard_tenant('uri_index');

create table string_index (
  tenant smallint not null,
  param smallint not null,
  folded text collate "C" not null, -- without accents and case: what the search compares
  exact text collate "C" not null,
  resource bigint not null,
  primary key (tenant, param, folded, exact, resource)
);
select guard_tenant('string_index');

-- Dates other than the type's main one, which lies on the resource row.
create table date_index (
  tenant smallint not null,
  param smallint not null,
  start_at timestamptz not null,
  end_at timestamptz not null,
  resource bigint not null,
  primary key (tenant, param, start_at, end_at, resource)
);
select guard_tenant('date_index');

create table quantity_index (
  tenant smallint not null,
  param smallint not null,
  unit text collate "C" not null, -- '' for numbers and quantities without a code
  system integer not null,
  low double precision not null,
  high double precision not null,
  resource bigint not null,
  primary key (tenant, param, unit, system, low, high, resource)
);
select guard_tenant('quantity_index');

-- Most common (parameter, value) pairs: without them a frequent code looks as rare as any other.
create statistics token_index_values (mcv, dependencies) on param, code, system from token_index;
