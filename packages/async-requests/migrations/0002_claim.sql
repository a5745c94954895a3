-- Which turn of carrying it out this is. A process that was killed, or cut off, may have left a
-- statement under way that ends after its successor has begun: what it settles then must not count.
alter table async_request add column claim bigint not null default 0;
