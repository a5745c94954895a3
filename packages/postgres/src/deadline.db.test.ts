import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Queryable } from './connection.ts';
import { DeadlinePassed, WithinDeadline } from './deadline.ts';
import { createPool } from './pool.ts';
import { classify } from './sqlstate.ts';
import { inTransaction } from './transaction.ts';

const LIMIT_MS = 10_000;

describe('WithinDeadline', () => {
  let db: TestDatabase;
  let pool: pg.Pool;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [] });
    await db.pool.query('create table visit (id integer)');
  });
  afterAll(() => db.drop());
  beforeEach(async () => {
    await db.pool.query('truncate visit');
    pool = createPool({ url: db.url, max: 1, statementTimeoutMs: LIMIT_MS });
  });
  afterEach(() => pool.end());

  const within = (leftMs: () => number) =>
    new WithinDeadline({ pool, statementTimeoutMs: LIMIT_MS, leftMs });
  const limitOf = async (db: Queryable) => {
    const { rows } = await db.query<{ limit: string }>(
      `select setting as limit from pg_settings where name = 'statement_timeout'`,
    );
    return Number(rows[0]?.limit);
  };

  it('leaves the pool as it is for a request in time', async () => {
    expect(await limitOf(within(() => 9_000))).toBe(LIMIT_MS);
  });

  it('lets the server end a statement when the time is up, and gives the connection back whole', async () => {
    const failure = await within(() => 30)
      .query('select pg_sleep(60)')
      .catch((error: unknown) => error);
    expect(classify(failure)).toEqual({ kind: 'timeout', sqlstate: '57014' });
    const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid');
    expect(await limitOf(pool)).toBe(LIMIT_MS);
    expect(await limitOf(within(() => 500.5))).toBe(501);
    expect(await limitOf(pool)).toBe(LIMIT_MS);
    // The one connection there is was kept.
    expect((await pool.query('select pg_backend_pid() as pid')).rows).toEqual(rows);
  });

  it('begins nothing once the time is up', async () => {
    const late = within(() => 0);
    await expect(late.query('insert into visit values (1)')).rejects.toBeInstanceOf(DeadlinePassed);
    await expect(late.connect()).rejects.toBeInstanceOf(DeadlinePassed);
    expect(classify(new DeadlinePassed()).kind).toBe('timeout');
    expect((await pool.query('select from visit')).rowCount).toBe(0);
  });

  it('undoes a transaction whose time runs out between two statements, or before its end', async () => {
    for (const statements of [1, 2]) {
      let left = 9_000;
      const work = inTransaction(
        within(() => left),
        async (tx) => {
          for (let n = 1; n <= statements; n++) {
            await tx.query('insert into visit values (1)');
            if (n === 1) left = 0;
          }
        },
      );
      await expect(work).rejects.toBeInstanceOf(DeadlinePassed);
    }
    expect((await pool.query('select from visit')).rowCount).toBe(0);
  });

  it('lowers the limit within a transaction as the time runs out, and no further than needed', async () => {
    let left = 9_000;
    const limits = await inTransaction(
      within(() => left),
      async (tx) => {
        const seen: number[] = [];
        for (left of [9_000, 8_500, 4_000, 3_500, 100]) seen.push(await limitOf(tx));
        return seen;
      },
    );
    expect(limits).toEqual([LIMIT_MS, LIMIT_MS, 4_000, 4_000, 100]);
    expect(await limitOf(pool)).toBe(LIMIT_MS);
  });

  it('gives back a connection that it was given too late', async () => {
    const held = await pool.connect();
    let left = 9_000;
    const waiting = within(() => left).query('select 1');
    const transaction = within(() => left).connect();
    left = 0;
    held.release();
    await expect(transaction).rejects.toBeInstanceOf(DeadlinePassed);
    await expect(waiting).resolves.toBeDefined();
    expect(pool.idleCount).toBe(1);
  });
});
