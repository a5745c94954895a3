alter table a.token_index add primary key (tenant, param, code, system, at, resource);
alter table a.date_index add primary key (tenant, param, low, high, at, resource);
alter table a.reference_index add primary key (tenant, param, target, at, resource);
alter table a.string_index add primary key (tenant, param, value, at, resource);
alter table a.quantity_index add primary key (tenant, param, unit, value, at, resource);
create statistics a.token_values (mcv) on param, code, system from a.token_index;
