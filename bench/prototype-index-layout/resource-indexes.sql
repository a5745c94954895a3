alter table resource add primary key (tenant, type, id);
create unique index resource_key on resource (tenant, key);
create index resource_patient on resource (tenant, patient, type, at, key) where patient is not null and not deleted;
create index resource_updated on resource (tenant, type, updated, key);
