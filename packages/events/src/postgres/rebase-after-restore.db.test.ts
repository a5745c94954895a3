import { randomUUID } from 'node:crypto';
import { createPool, inTransaction, migrate } from '@holdfast/postgres';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsMigrations } from '../migrations.ts';
import { appendEvent } from '../testing/append-event.ts';
import { rebaseAfterRestore } from './rebase-after-restore.ts';

describe('after a restore, as an owner that is no superuser', () => {
  const name = `r_${randomUUID().slice(0, 8)}`;
  let server: TestDatabase;
  let owner: ReturnType<typeof createPool>;
  beforeAll(async () => {
    server = await testDatabase({ migrations: [eventsMigrations] });
    await server.pool.query(`create role ${name} login password '${name}'`);
    await server.pool.query(`grant holdfast_app, holdfast_relay to ${name}`);
    await server.pool.query(`create database ${name} owner ${name}`);
    const url = new URL(server.url);
    Object.assign(url, { pathname: `/${name}`, username: name, password: name });
    owner = createPool({ url: url.href, max: 1, applicationName: name });
    await migrate(owner, [eventsMigrations]);
  });
  afterAll(async () => {
    await owner.end();
    await server.pool.query(`drop database ${name}`);
    await server.pool.query(`drop role ${name}`);
    await server.drop();
  });

  it('EVE-9 makes the order of every tenant hold, and leaves the wall as it was', async () => {
    for (const tenant of [1, 2]) {
      await inTransaction(owner, async (tx) => {
        await tx.query(`select set_config('holdfast.tenant', $1, true)`, [String(tenant)]);
        await appendEvent(tx, { stream: tenant, tenant });
      });
    }
    await owner.query(
      `insert into holdfast.consumer_group (name, cluster, xid, id)
       select 'restored', 'elsewhere', '9223372036854775807', 0`,
    );
    await inTransaction(owner, rebaseAfterRestore);
    for (const tenant of [1, 2]) {
      await inTransaction(owner, async (tx) => {
        await tx.query(`select set_config('holdfast.tenant', $1, true)`, [String(tenant)]);
        const of = (table: string, columns: string) =>
          tx.query<object>(`select ${columns} from holdfast.${table} where tenant = $1`, [tenant]);
        expect((await of('event', 'xid')).rows).toEqual([{ xid: '3' }]);
        expect((await of('consumer_inbox', 'seq')).rows).toEqual([{ seq: '1' }]);
      });
    }
    const { rows: forced } = await owner.query(
      `select bool_and(relforcerowsecurity) as all from pg_class
        where relname in ('event', 'consumer_inbox', 'consumer_parked')`,
    );
    expect(forced).toEqual([{ all: true }]);
  });
});
