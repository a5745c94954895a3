// Goal: months of the log meet without an hour between them, whatever zone who keeps, and whenever
// clocks change. Method: a database that keeps New York's time, and sessions in other zones.
import { randomUUID } from 'node:crypto';
import { createPool, inTransaction, migrate } from '@holdfast/postgres';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsMigrations } from '../migrations.ts';
import { dropEventsBefore, prepareMonths } from './event-retention.ts';

const ZONES = ['America/New_York', 'Asia/Tokyo', 'Australia/Lord_Howe'];

describe('months of the log in a database that keeps local time', () => {
  const name = `months_${randomUUID().slice(0, 8)}`;
  let server: TestDatabase;
  let owner: ReturnType<typeof createPool>;
  beforeAll(async () => {
    server = await testDatabase({ migrations: [eventsMigrations] });
    await server.pool.query(`create database ${name}`);
    await server.pool.query(`alter database ${name} set timezone = 'America/New_York'`);
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    owner = createPool({ url: url.href, max: 1, applicationName: name });
    await migrate(owner, [eventsMigrations]);
  });
  afterAll(async () => {
    await owner.end();
    await server.pool.query(`drop database ${name}`);
    await server.drop();
  });

  /** First and last instant of each month, as text in UTC, in order. */
  const bounds = async (): Promise<string[][]> => {
    await owner.query(`set timezone = 'UTC'`);
    const { rows } = await owner.query<{ bound: string }>(
      `select pg_get_expr(relpartbound, oid) as bound from pg_class
        where relname ~ '^event_\\d{6}$' order by relname`,
    );
    return rows.map(({ bound }) => [...bound.matchAll(/'([^']+)'/g)].map(([, at = '']) => at));
  };

  it('EVE-10 begin at midnight UTC and meet, whoever made them', async () => {
    for (const zone of ZONES) {
      const newest = (await bounds()).at(-1)?.[0]?.slice(0, 7).replace('-', '');
      await owner.query(`drop table holdfast.event_${newest}`);
      await owner.query(`set timezone = '${zone}'`);
      expect(await prepareMonths(owner), zone).toBe(1);
      const months = await bounds();
      expect(months.length, zone).toBeGreaterThanOrEqual(12);
      expect(months.flat().filter((at) => !at.endsWith('-01 00:00:00+00'))).toEqual([]);
      expect(months.slice(1).map(([from]) => from)).toEqual(
        months.slice(0, -1).map(([, to]) => to),
      );
    }
  });

  it('EVE-10 leave the log whole, by the same midnight', async () => {
    for (const zone of ZONES) {
      await owner.query(`set timezone = '${zone}'`);
      await owner.query(
        `select holdfast.ensure_month_partitions('holdfast.event', date '2021-03-01', 2)`,
      );
      const before = (instant: string) =>
        inTransaction(owner, (client) => dropEventsBefore(client, new Date(instant)));
      expect(await before('2021-03-31T23:59:59Z'), zone).toEqual([]);
      expect(await before('2021-04-01T00:00:00Z'), zone).toEqual(['event_202103']);
      expect(await before('2021-05-01T00:00:00Z'), zone).toEqual(['event_202104']);
    }
  });
});
