-- Table `resource` as the store's first migration has it, without the tenant wall (the same for
-- every candidate), and the deterministic facts every index row is made from.
create table resource (
  tenant smallint not null,
  key bigint generated always as identity,
  type smallint not null,
  id text collate "C" not null,
  version integer not null,
  updated timestamptz not null,
  patient bigint,
  other_patients bigint[],
  at timestamptz not null default '-infinity',
  confidentiality smallint not null default 2,
  sensitivity bigint not null default 0,
  deleted boolean not null default false,
  content text
);

create table population (patients bigint not null);

-- A number in [0, n) that depends on the key and a salt only.
create function pick(key bigint, salt bigint, n integer) returns integer
language sql immutable parallel safe as
$$ select ((hashint8extended(key, salt) >> 1) & 2147483647)::integer % n $$;

-- Types: 1 Patient, 2 Encounter, 3 Observation. Parameters: 1-9 of Patient, 10-19 of Encounter,
-- 20-29 of Observation. Systems are interned numbers. Encounters of patient p: patients + p and
-- 2 * patients + p.
create view facts as
select r.key, r.type, r.patient, r.at,
  pick(r.key, 1, 100) as roll,
  case
    when pick(r.key, 1, 100) < 70 then 'vital-signs'
    when pick(r.key, 1, 100) < 95 then 'laboratory'
    else 'survey'
  end as category,
  case
    when pick(r.key, 1, 100) < 70 then (array['8480-6', '8462-4', '8867-4', '9279-1', '8310-5',
      '59408-5', '29463-7', '8302-2', '39156-5', '2708-6', '85354-9', '72514-3'])[1 + pick(r.key, 2, 12)]
    when pick(r.key, 1, 100) < 95 then (10000 + pick(r.key, 2, 300))::text || '-' || pick(r.key, 2, 300) % 10
    else (array['44249-1', '69737-5', '93025-5', '55758-7', '89204-2'])[1 + pick(r.key, 2, 5)]
  end as code,
  case when pick(r.key, 4, 20) = 0 then 'amended' else 'final' end as status,
  (40 + pick(r.key, 5, 12000) / 100.0)::float8 as value,
  pick(r.key, 6, 2)::bigint as visit,
  -(1 + pick(r.key, 7, 200))::bigint as practitioner
from resource r where r.tenant = 1;

-- One row a value, whatever the layout.
create view token_facts as
select key, patient, at, 20::smallint as param, category as code, 1 as system from facts where type = 3
union all select key, patient, at, 21::smallint, code, 2 from facts where type = 3
union all select key, patient, at, 22::smallint, status, 3 from facts where type = 3
union all select key, patient, at, 10::smallint, status, 4 from facts where type = 2
union all select key, patient, at, 11::smallint, (array['AMB', 'IMP', 'EMER', 'VR'])[1 + roll % 4], 5 from facts where type = 2
union all select key, patient, at, 1::smallint, 'MRN' || lpad(key::text, 9, '0'), 6 from facts where type = 1
union all select key, patient, at, 2::smallint, (array['female', 'male'])[1 + roll % 2], 7 from facts where type = 1;

create view date_facts as
select key, patient, at, case type when 3 then 23 when 2 then 12 else 3 end::smallint as param,
  case type when 1 then timestamptz '1940-01-01' + make_interval(days => pick(key, 8, 30000)) else at end as low,
  case type when 2 then at + interval '40 minutes'
    when 1 then timestamptz '1940-01-02' + make_interval(days => pick(key, 8, 30000)) else at end as high
from facts;

create view reference_facts(key, patient, at, param, target) as
select key, patient, at, 24::smallint, patient from facts where type = 3
union all select key, patient, at, 25::smallint,
  (select patients from population) * (1 + visit) + patient from facts where type = 3
union all select key, patient, at, 26::smallint, practitioner from facts where type = 3
union all select key, patient, at, 13::smallint, patient from facts where type = 2
union all select key, patient, at, 14::smallint, practitioner from facts where type = 2;

create view string_facts as
select key, patient, at, part.param::smallint as param, part.value from facts,
  lateral (values
    (4, 'fam' || lpad(to_hex(pick(key, 9, 40000)), 5, '0')),
    (5, 'giv' || lpad(to_hex(pick(key, 10, 4000)), 4, '0')),
    (6, 'mid' || lpad(to_hex(pick(key, 11, 4000)), 4, '0')),
    (7, 'city' || pick(key, 12, 900))) part(param, value)
where type = 1;

create view quantity_facts as
select key, patient, at, 27::smallint as param, (roll % 12)::integer as unit, value from facts where type = 3;
