// Goal: no table of any package stands outside the tenant wall (PG-1). Method: migrate everything
// and ask the catalogue, so that a forgotten `guard_tenant` is found whoever forgets it.

import { existsSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LAYERS } from './layers.ts';

/** Tables that belong to no tenant, each with the reason. */
const TENANTLESS: Readonly<Record<string, string>> = {
  schema_migration: 'what this database consists of',
  consumer_group: 'how far a consumer has read: a position in the log, no data of it',
  mirror_place: 'how far a copy of the log has come in the stream of a broker, no data of it',
  search_parameter: 'numbers of FHIR search parameters, the same for everyone',
  token_system: 'numbers of code system addresses, the same for everyone',
};

let db: TestDatabase;
beforeAll(async () => {
  const sets = Object.keys(LAYERS)
    .filter((workspace) => existsSync(`${workspace}/migrations`))
    .filter((workspace) => readdirSync(`${workspace}/migrations`).length > 0)
    .map((workspace) => ({
      package: workspace.slice(workspace.lastIndexOf('/') + 1),
      directory: pathToFileURL(`${workspace}/migrations/`),
    }));
  db = await testDatabase({ migrations: sets });
});
afterAll(() => db.drop());

it('every table is behind forced row-level security, with tenant first in its key', async () => {
  const { rows } = await db.pool.query<{ name: string; walled: boolean; first: string | null }>(`
    select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as walled,
           (select a.attname from pg_index i
              join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
             where i.indrelid = c.oid and i.indisprimary) as first
      from pg_class c
     where c.relnamespace = 'holdfast'::regnamespace and c.relkind in ('r', 'p')
       and not c.relispartition`);
  expect(rows.length).toBeGreaterThan(5);
  const outside = rows.filter(({ name, walled, first }) => {
    const isKeyed = first === null || first === 'tenant';
    return TENANTLESS[name] === undefined && !(walled && isKeyed);
  });
  expect(outside).toEqual([]);
});

it('no partition is open to the application role past its parent', async () => {
  const { rows } = await db.pool.query<{ name: string }>(`
    select c.relname as name from pg_class c
     where c.relnamespace = 'holdfast'::regnamespace and c.relkind in ('r', 'p')
       and not c.relrowsecurity
       and has_table_privilege('holdfast_app', c.oid, 'select, insert, update, delete')`);
  expect(rows.filter(({ name }) => TENANTLESS[name] === undefined)).toEqual([]);
});
