import { systemClock, systemRandom, type TenantId } from '@holdfast/kernel';
import type { Queryable } from '@holdfast/postgres';
import { describe, expect, it } from 'vitest';
import { BodyKeys } from '../bodies/body-keys.ts';
import type { AuditRow } from '../entry/audit-event.ts';
import { prepareAudit } from '../entry/prepare-audit.ts';
import { AuditProducer } from '../entry/producer.ts';
import { TagKey } from '../entry/tag-key.ts';
import { MAX_QUEUED_ROWS, MAX_ROWS_A_COMMIT } from '../limits.ts';
import { readEvent } from '../testing/audit-events.ts';
import { testRing } from '../testing/log-world.ts';
import { AuditAppender } from './audit-appender.ts';
import type { AuditColumns } from './audit-columns.ts';

const tenant = 1 as TenantId;

/** A database whose commits happen when the test says so. */
class HeldDatabase {
  readonly sent: string[][] = [];
  readonly #held: { readonly commit: () => void; readonly fail: (error: Error) => void }[] = [];
  readonly #arrivals: (() => void)[] = [];

  readonly query: Queryable['query'] = (text) => {
    const { values = [] } = typeof text === 'string' ? {} : text;
    const [, ...columns] = values as [number, ...AuditColumns];
    this.sent.push(columns[0]);
    return new Promise((resolve, fail) => {
      this.#held.push({ commit: () => resolve({ rows: [], rowCount: 1 }), fail });
      this.#arrivals.shift()?.();
    });
  };

  /** The next statement that is on its way, once it is. */
  async next() {
    if (this.#held.length === 0) await new Promise<void>((arrived) => this.#arrivals.push(arrived));
    const statement = this.#held.shift();
    if (statement === undefined) throw new Error('nothing was sent');
    return statement;
  }
}

function setUp() {
  const database = new HeldDatabase();
  const producer = new AuditProducer({ process: 'api-1', epoch: 1 });
  const context = {
    tenant,
    tagKey: new TagKey(new Uint8Array(32)),
    producer,
    clock: systemClock,
    random: systemRandom,
  };
  const durable: TenantId[] = [];
  const onDurable = (of: TenantId) => durable.push(of);
  const bodyKeys = new BodyKeys({ tenant, ring: testRing(), random: systemRandom });
  const appender = new AuditAppender({ pool: database, tenant, bodyKeys, producer, onDurable });
  const rows = (count: number): AuditRow[] =>
    Array.from({ length: count }, () => prepareAudit(readEvent(), context));
  return { database, producer, appender, durable, rows };
}

describe('LED-9 group commit', () => {
  it('what arrives while a commit is on its way shares the next one', async () => {
    const { database, appender, durable, rows } = setUp();
    const resolved: number[] = [];
    const append = (n: number) => appender.append(rows(1)).then(() => resolved.push(n));
    const first = append(1);
    const statement = await database.next();
    const rest = [2, 3, 4, 5].map(append);
    expect(resolved).toEqual([]);
    statement.commit();
    await first;
    expect(resolved).toEqual([1]);
    (await database.next()).commit();
    await Promise.all(rest);
    expect(database.sent.map((ids) => ids.length)).toEqual([1, 4]);
    expect(appender.counts()).toMatchObject({ commits: 2, rows: 5, queuedRows: 0 });
    expect(durable).toEqual([tenant, tenant]);
  });

  it('a call is never split, and a batch stays within its limit', async () => {
    const { database, appender, rows } = setUp();
    const calls = [MAX_ROWS_A_COMMIT - 1, 2, MAX_ROWS_A_COMMIT + 5, 1].map((count) =>
      appender.append(rows(count)),
    );
    for (let i = 0; i < 4; i++) (await database.next()).commit();
    await Promise.all(calls);
    expect(database.sent.map((ids) => ids.length)).toEqual([511, 2, 517, 1]);
  });

  it('a failed commit fails exactly its callers, with a retry hint, and releases their counters', async () => {
    const { database, appender, producer, rows } = setUp();
    const [one, two] = [appender.append(rows(1)), appender.append(rows(2))];
    (await database.next()).fail(new Error('connection lost'));
    for (const call of [one, two]) {
      await expect(call).rejects.toMatchObject({
        code: 'LED_NOT_RECORDED',
        row: { status: 503 },
        detail: { retryAfterSeconds: 1 },
      });
    }
    const three = appender.append(rows(1));
    (await database.next()).commit();
    await three;
    expect(producer.take().n).toBe(4);
    expect(appender.counts()).toMatchObject({ commits: 1, failedCommits: 1, queuedRows: 0 });
  });

  it('beyond the limit a call is refused at once, and the queue drains unharmed', async () => {
    const { database, appender, producer, rows } = setUp();
    const waiting = appender.append(rows(MAX_QUEUED_ROWS));
    await expect(appender.append(rows(1))).rejects.toMatchObject({
      code: 'LED_QUEUE_FULL',
      row: { status: 503, retryable: true },
    });
    expect(appender.counts()).toMatchObject({ refusedRows: 1, queuedRows: MAX_QUEUED_ROWS });
    (await database.next()).commit();
    await waiting;
    expect(producer.take()).toEqual({ n: MAX_QUEUED_ROWS + 1, voids: [MAX_QUEUED_ROWS] });
  });

  it('nothing to append needs no database', async () => {
    const { database, appender } = setUp();
    await appender.append([]);
    expect(database.sent).toEqual([]);
  });
});
