import { postgresMigrations } from '@holdfast/postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from './test-database.ts';

describe('testDatabase', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [postgresMigrations] });
  });
  afterAll(() => db.drop());

  it('gives a migrated database', async () => {
    const { rows } = await db.pool.query('select package from schema_migration');
    expect(rows).toContainEqual({ package: 'postgres' });
  });

  it('runs appPool behind the tenant wall and pool before it', async () => {
    await db.pool.query('create table walled (tenant smallint primary key)');
    await db.pool.query("select guard_tenant('walled')");
    await db.pool.query('insert into walled values (1), (2)');
    expect((await db.appPool.query('select tenant from walled')).rows).toEqual([{ tenant: 1 }]);
    expect((await db.pool.query('select tenant from walled')).rowCount).toBe(2);
  });

  it('clones without sharing: what one database gets the next one lacks', async () => {
    await db.pool.query('create table mine (id integer)');
    const other = await testDatabase({ migrations: [postgresMigrations] });
    const { rows } = await other.pool.query("select to_regclass('mine') as found");
    await other.drop();
    expect(rows).toEqual([{ found: null }]);
  });

  it('refuses to drop quietly while a client is checked out', async () => {
    const leaky = await testDatabase({ migrations: [] });
    const client = await leaky.pool.connect();
    await expect(leaky.drop()).rejects.toThrow(/leak: 1 and 0/);
    client.release();
    await leaky.drop();
  });
});
