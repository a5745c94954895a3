import { readFile } from 'node:fs/promises';
import { eventsMigrations } from '@holdfast/events';
import { inTransaction } from '@holdfast/postgres';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subscriptionsMigrations } from '../migrations.ts';
import { SubscriptionOwners, subscriptionOwners } from './subscription-owners.ts';

const SELF = 'Device/self';
const owners = new SubscriptionOwners(SELF);

describe('whose a Subscription is', () => {
  let db: TestDatabase;
  const write = (writer: string, ...ids: string[]) =>
    inTransaction(db.appPool, (tx) =>
      owners.project(tx, 1, { changes: ids.map((id) => ({ id })), writer }),
    );
  const known = async () => Object.fromEntries(await subscriptionOwners(db.appPool, 1, ['a', 'b']));

  beforeAll(async () => {
    db = await testDatabase({ migrations: [eventsMigrations, subscriptionsMigrations], tenant: 1 });
  });
  afterAll(() => db.drop());

  it("is who wrote it first; statuses are published into anybody's, and nobody else writes it", async () => {
    await write('Practitioner/p', 'a');
    await write('Practitioner/p', 'a');
    await write(SELF, 'a', 'b');
    await expect(write('Practitioner/q', 'b', 'a')).rejects.toMatchObject({
      code: 'SUBSCRIPTION_UNKNOWN',
    });
    expect(await known()).toEqual({ a: 'Practitioner/p' });
    expect(owners.isDueTo({ type: 'Observation' })).toBe(false);
  });

  it('is taken over from before: as the group knows it, else as the log tells', async () => {
    await db.pool.query('drop table subscription_owner');
    await db.pool.query(`insert into subscription (tenant, id, resource, status, principal)
      values (1, 'a', '{}', 'active', 'Practitioner/kept'), (2, 'a', '{}', 'active', 'Practitioner/other')`);
    await db.pool.query(
      `insert into event (tenant, stream, seq, event_id, interaction, resource_type, resource_id, version,
         confidentiality, sensitivity, actor, request_id)
       select 1, s, q, gen_random_uuid(), i, 'Subscription', r, q, 2, 0, w, 'r' from (values
         (1, 1, 'create', 'a', 'Practitioner/older'), (2, 1, 'create', 'b', 'Practitioner/waits'),
         (2, 2, 'update', 'b', 'Device/self')) as e (s, q, i, r, w)`,
    );
    const file = new URL('0002_subscription_owner.sql', subscriptionsMigrations.directory);
    await db.pool.query(await readFile(file, 'utf8'));
    expect(await known()).toEqual({ a: 'Practitioner/kept', b: 'Practitioner/waits' });
    const { rows } = await db.pool.query<{ forced: boolean }>(
      `select bool_and(relforcerowsecurity) as forced from pg_class
        where oid in ('subscription'::regclass, 'event'::regclass, 'subscription_owner'::regclass)`,
    );
    expect(rows).toEqual([{ forced: true }]);
  });
});
