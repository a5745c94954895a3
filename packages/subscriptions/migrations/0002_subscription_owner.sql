-- Whose each Subscription is, written in the transaction of its first version, so that it holds from
-- the commit on and not from when the group has handled it. An id stays with its first subscriber, also
-- after a deletion: the signing secret and binding tokens hang on the id.
create table subscription_owner (
  tenant smallint not null,
  id text collate "C" not null,
  -- FHIR reference of the subscriber.
  principal text collate "C" not null,
  primary key (tenant, id)
);

-- Those from before: as the group knows them, and of what it has not handled as the log tells it. Whoever
-- migrates owns the tables and speaks for all tenants; what is forced again stands when this commits.
alter table subscription no force row level security;
alter table event no force row level security;
insert into subscription_owner (tenant, id, principal) select tenant, id, principal from subscription;
insert into subscription_owner (tenant, id, principal)
  select distinct on (tenant, resource_id) tenant, resource_id, actor from event
  where resource_type = 'Subscription' and interaction = 'create'
  order by tenant, resource_id, xid desc, id desc
on conflict do nothing;
alter table subscription force row level security;
alter table event force row level security;

select guard_tenant('subscription_owner');
revoke update, delete on subscription_owner from holdfast_app;
grant update (principal) on subscription_owner to holdfast_app; -- locks the row of a repeated write
grant select on subscription_owner to holdfast_relay;
create policy relay_delivers on subscription_owner to holdfast_relay using (true);
