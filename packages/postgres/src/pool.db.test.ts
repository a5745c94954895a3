import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from './pool.ts';
import { classify } from './sqlstate.ts';

describe('createPool', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [] });
    await db.pool.query('create table ward (tenant smallint primary key)');
    await db.pool.query("select guard_tenant('ward')");
  });
  afterAll(() => db.drop());

  it('sets role, tenant, search path and time limit before the first statement', async () => {
    const pool = createPool({
      url: db.url,
      role: 'holdfast_app',
      tenant: 7,
      statementTimeoutMs: 1234,
      applicationName: 'ward-7',
    });
    const { rows } = await pool.query(`select current_user as role,
      current_setting('holdfast.tenant') as tenant, current_setting('search_path') as path,
      current_setting('statement_timeout') as "limit",
      current_setting('application_name') as name`);
    await pool.end();
    expect(rows).toEqual([
      {
        role: 'holdfast_app',
        tenant: '7',
        path: 'holdfast,public',
        limit: '1234ms',
        name: 'ward-7',
      },
    ]);
  });

  it('PG-1: a connection without a tenant gets an error, not an empty answer', async () => {
    const pool = createPool({ url: db.url, role: 'holdfast_app' });
    await expect(pool.query('select * from ward')).rejects.toThrow(/holdfast\.tenant/);
    await pool.end();
  });

  it('PG-1: no row of another tenant can be read, written or moved', async () => {
    await db.pool.query('insert into ward values (1), (2)');
    expect((await db.appPool.query('select * from ward')).rows).toEqual([{ tenant: 1 }]);
    await expect(db.appPool.query('insert into ward values (3)')).rejects.toThrow(/row-level/);
    await expect(db.appPool.query('update ward set tenant = 3')).rejects.toThrow(/row-level/);
    expect((await db.appPool.query('delete from ward where tenant = 2')).rowCount).toBe(0);
  });

  it('reports a statement beyond its limit as a timeout', async () => {
    const pool = createPool({ url: db.url, statementTimeoutMs: 20 });
    const failure = await pool.query('select pg_sleep(60)').catch((error: unknown) => error);
    await pool.end();
    expect(classify(failure)).toEqual({ kind: 'timeout', sqlstate: '57014' });
  });

  it('outlives the death of an idle connection', async () => {
    const lost: Error[] = [];
    const pool = createPool({ url: db.url, max: 1, onIdleError: (error) => lost.push(error) });
    const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
    const died = new Promise((resolve) => pool.once('remove', resolve));
    await db.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await died;
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
    expect(lost.map((error) => classify(error).kind)).toContain('unavailable');
  });
});
