import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { classify } from './sqlstate.ts';
import { inTransaction } from './transaction.ts';

describe('inTransaction', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ migrations: [] });
    await db.pool.query('create table account (id integer primary key, amount integer not null)');
  });
  afterAll(() => db.drop());
  beforeEach(() => db.pool.query('truncate account; insert into account values (1, 0), (2, 0)'));

  const amounts = async () => {
    const { rows } = await db.pool.query<{ amount: number }>(
      'select amount from account order by id',
    );
    return rows.map((row) => row.amount);
  };

  it('commits what the work did and returns its value', async () => {
    const value = await inTransaction(db.pool, async (tx) => {
      await tx.query('update account set amount = 5 where id = 1');
      return 'done';
    });
    expect(value).toBe('done');
    expect(await amounts()).toEqual([5, 0]);
  });

  it('leaves nothing behind when the work throws', async () => {
    const failure = inTransaction(db.pool, async (tx) => {
      await tx.query('update account set amount = 5');
      throw new Error('no');
    });
    await expect(failure).rejects.toThrow('no');
    expect(await amounts()).toEqual([0, 0]);
  });

  it('does not report success when a statement failed and the work went on', async () => {
    const failure = inTransaction(db.pool, async (tx) => {
      await tx.query('update account set amount = 5');
      await tx.query('select nonsense').catch(() => undefined);
    });
    await expect(failure).rejects.toThrow(/swallowed/);
    expect(await amounts()).toEqual([0, 0]);
  });

  it('runs both sides of a deadlock to their end', async () => {
    let starts = 0;
    let meet: () => void = () => undefined;
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const transfer = (first: number, second: number) =>
      inTransaction(db.pool, async (tx) => {
        await tx.query('update account set amount = amount + 1 where id = $1', [first]);
        starts += 1;
        if (starts === 2) meet();
        await met;
        await tx.query('update account set amount = amount + 1 where id = $1', [second]);
      });
    await Promise.all([transfer(1, 2), transfer(2, 1)]);
    expect(starts).toBe(3);
    expect(await amounts()).toEqual([2, 2]);
  });

  it('gives up after the stated number of retries', async () => {
    let starts = 0;
    const failure = await inTransaction(
      db.pool,
      async (tx) => {
        starts += 1;
        await tx.query("do $$ begin raise exception 'lost' using errcode = '40001'; end $$");
      },
      { retries: 2 },
    ).catch((error: unknown) => error);
    expect(starts).toBe(3);
    expect(classify(failure).kind).toBe('retryable');
  });

  it('does not run a conflict twice', async () => {
    let starts = 0;
    const failure = inTransaction(db.pool, async (tx) => {
      starts += 1;
      await tx.query('insert into account values (1, 0)');
    });
    await expect(failure).rejects.toThrow(/duplicate key/);
    expect(starts).toBe(1);
  });

  it('returns a broken connection to nobody', async () => {
    const failure = inTransaction(db.pool, async (tx) => {
      await tx.query('select pg_terminate_backend(pg_backend_pid())');
    });
    expect(classify(await failure.catch((error: unknown) => error)).kind).toBe('unavailable');
    expect(await amounts()).toEqual([0, 0]);
  });
});
