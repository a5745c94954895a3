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

-- Typed index tables, one row a value, each with two ways through it:
-- * `..._resource` leads from a resource to its values, all parameters together, which lie side by
--   side: whatever a criterion asks of a resource, its answer is one descent (also `:not`, `:missing`,
--   long lists, sort keys, includes). It is as narrow as can be, and equal entries share one;
-- * `..._value` leads from a value to the resources that have it, in page order (main date, key)
--   where the values are compared for equality, so that ORDER BY + LIMIT stops early.
-- Statements that come from a resource spell the parameter `param::integer`, so that no planner,
-- with statistics or without, takes the other way. That no row stands twice is the writer's business
-- (STO-4): a unique key would double the bytes.

create table token_index (
  tenant smallint not null,
  param smallint not null,
  system integer not null, -- 0 = no system
  at timestamptz not null,
  resource bigint not null,
  patient bigint, -- set for parameters that are selective within a patient only (decision 0010)
  code text collate "C" not null
);
create index token_resource on token_index (tenant, resource);
create index token_value on token_index (tenant, param, code, system, at, resource);
-- "The last HbA1c of this patient", however long the record.
create index token_patient on token_index (tenant, patient, (param::integer), code, system, at, resource)
  where patient is not null;
select guard_tenant('token_index');

create table reference_index (
  tenant smallint not null,
  param smallint not null,
  target bigint not null,
  at timestamptz not null,
  resource bigint not null
);
create index reference_resource on reference_index (tenant, resource);
-- Led by the target: also answers "what points at this", for any parameter.
create index reference_value on reference_index (tenant, target, param, at, resource);
select guard_tenant('reference_index');

-- Absolute references, canonicals and uri parameters.
create table uri_index (
  tenant smallint not null,
  param smallint not null,
  at timestamptz not null,
  resource bigint not null,
  uri text collate "C" not null
);
create index uri_resource on uri_index (tenant, resource);
create index uri_value on uri_index (tenant, param, uri, at, resource);
select guard_tenant('uri_index');

create table string_index (
  tenant smallint not null,
  param smallint not null,
  resource bigint not null,
  folded text collate "C" not null, -- without accents and case; its first 128 characters
  tail text collate "C" not null, -- the rest of it; '' nearly always
  exact text collate "C" not null
);
create index string_resource on string_index (tenant, resource);
create index string_value on string_index (tenant, param, folded, resource);
select guard_tenant('string_index');

-- Dates other than the type's main one, which lies on the resource row.
create table date_index (
  tenant smallint not null,
  param smallint not null,
  start_at timestamptz not null,
  end_at timestamptz not null,
  resource bigint not null
);
create index date_resource on date_index (tenant, resource);
create index date_value on date_index (tenant, param, start_at, end_at, resource);
select guard_tenant('date_index');

create table quantity_index (
  tenant smallint not null,
  param smallint not null,
  system integer not null,
  low double precision not null,
  high double precision not null,
  resource bigint not null,
  unit text collate "C" not null -- '' for numbers and quantities without a code
);
create index quantity_resource on quantity_index (tenant, resource);
create index quantity_value on quantity_index (tenant, param, unit, system, low, high, resource);
select guard_tenant('quantity_index');

-- One row for values that stand together in one element; the token part leads, since each has one.
create table composite_index (
  tenant smallint not null,
  param smallint not null,
  system integer not null,
  text_system integer not null, -- of the second token or the unit; 0 = none
  low double precision not null, -- number, quantity, or date in ms since 1970; else 0
  high double precision not null,
  low2 double precision not null, -- a third part, which is a number wherever there is one; else 0
  high2 double precision not null,
  resource bigint not null,
  code text collate "C" not null,
  -- Code of the second token, unit of a quantity, folded string, reference as text; else ''
  text text collate "C" not null
);
create index composite_resource on composite_index (tenant, resource);
create index composite_value
  on composite_index (tenant, param, code, system, text, text_system, low, high, resource);
select guard_tenant('composite_index');

create table position_index (
  tenant smallint not null,
  param smallint not null,
  latitude double precision not null,
  longitude double precision not null,
  resource bigint not null
);
create index position_resource on position_index (tenant, resource);
create index position_value on position_index (tenant, param, latitude, longitude, resource);
select guard_tenant('position_index');

-- Most common (parameter, value) pairs: without them a frequent code looks as rare as any other.
create statistics token_index_values (mcv, dependencies) on param, code, system from token_index;
create statistics resource_types (mcv, dependencies) on type, deleted from resource;

-- Statistics follow the data: the defaults wait for a tenth of a large table to change.
do $$
declare
  indexed text;
begin
  foreach indexed in array array['resource', 'token_index', 'reference_index', 'uri_index', 'string_index',
    'date_index', 'quantity_index', 'composite_index', 'position_index'] loop
    execute format('alter table %I set (autovacuum_analyze_scale_factor = 0.02,
      autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05)', indexed);
  end loop;
end
$$;
