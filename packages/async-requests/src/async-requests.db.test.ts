import { eventsMigrations } from '@holdfast/events';
import { systemRandom, systemTimers, type TenantId } from '@holdfast/kernel';
import { type TestDatabase, testDatabase } from '@holdfast/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type AsyncAnswer,
  AsyncCancelled,
  type AsyncHandler,
  type AsyncName,
  AsyncRequests,
  AsyncRunner,
  asyncMigrations,
} from './index.ts';
import { ATTEMPTS_MAX, OPEN_REQUESTS_MAX, OPEN_REQUESTS_OF_ONE_MAX } from './limits.ts';

const tenant = 1 as TenantId;
let database: TestDatabase;
let requests: AsyncRequests;
const runners: AsyncRunner[] = [];

beforeAll(async () => {
  database = await testDatabase({ migrations: [eventsMigrations, asyncMigrations] });
  requests = new AsyncRequests(database.appPool);
});
afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.stop()));
  await database.pool.query('truncate async_request cascade');
});
afterAll(() => database.drop());

const failed = (error: unknown): AsyncAnswer => ({ status: 500, text: (error as Error).message });
function run(handle: AsyncHandler): AsyncRunner {
  const runner = new AsyncRunner({
    url: database.url,
    pool: database.appPool,
    tenant,
    handlers: { test: handle },
    failed,
    timers: systemTimers,
    random: systemRandom,
    trouble: () => undefined,
  });
  runners.push(runner);
  runner.start();
  return runner;
}

let ids = 0;
async function open(asked: object = {}, owner = 'Practitioner/a'): Promise<AsyncName> {
  const id = `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`;
  const name = { tenant, id, owner };
  await requests.open(name, { kind: 'test', actor: { principal: owner }, asked });
  return name;
}
const answerOf = async (name: AsyncName) => {
  const state = await requests.state(name);
  return state?.kind === 'done' ? [state.status, state.text] : state?.kind;
};

describe('an asynchronous request', () => {
  it('is carried out in the order it came, by whoever leads, also what came before the start', async () => {
    const order: unknown[] = [];
    const first = await open({ n: 1 });
    run(async ({ asked }) => {
      order.push(asked);
      return { status: 200, text: JSON.stringify(asked) };
    });
    const second = await open({ n: 2 });
    await expect.poll(() => answerOf(second)).toEqual([200, '{"n":2}']);
    expect(await answerOf(first)).toEqual([200, '{"n":1}']);
    expect(order).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('is there for its sender alone, and forgets the body that it came with when it is done', async () => {
    run(async () => ({ status: 200, text: 'x', keepParts: true }));
    const name = await open({ body: 'private', kept: 1 });
    await expect.poll(() => answerOf(name)).toEqual([200, 'x']);
    const other = { ...name, owner: 'Practitioner/b' };
    expect(await requests.state(other)).toBeUndefined();
    expect(await requests.forget(other)).toBe(false);
    expect((await requests.parts(other)).size).toBe(0);
    expect(await requests.state(name)).toMatchObject({ request: { asked: { kept: 1 } } });
    const { rows } = await database.pool.query('select asked::text from async_request');
    expect(JSON.stringify(rows)).not.toContain('private');
    expect(await requests.forget(name)).toBe(true);
    expect(await requests.state(name)).toBeUndefined();
  });

  it('goes on from what is settled when another process takes it over', async () => {
    let reached: () => void = () => undefined;
    const half = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const name = await open();
    const leader = run(async (work) => {
      await work.settle(database.appPool, { parts: new Map([[0, 'a']]), progress: { at: 1 } });
      reached();
      // It hangs until this process is told to let go.
      await new Promise((_, reject) => {
        work.signal.addEventListener('abort', () => reject(new Error('let go')));
      });
      return { status: 200, text: 'never' };
    });
    await half;
    run(async (work) => {
      expect(work.progress).toEqual({ at: 1 });
      expect([...(await work.settled())]).toEqual([[0, 'a']]);
      await work.settle(database.appPool, { parts: new Map([[1, 'b']]) });
      return { status: 200, text: 'by the second', keepParts: true };
    });
    await leader.stop();
    await expect.poll(() => answerOf(name)).toEqual([200, 'by the second']);
    expect([...(await requests.parts(name)).values()]).toEqual(['a', 'b']);
    expect([...(await requests.parts(name, 1))]).toEqual([[1, 'b']]);
  });

  it('ASY-7 that another process has taken over is settled by that one alone', async () => {
    const ends: unknown[] = [];
    let goOn: () => void = () => undefined;
    const taken = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const name = await open();
    run(async (work) => {
      await work.settle(database.appPool, { progress: { at: 1 } });
      // As if this process had been cut off, and the next had begun.
      await database.pool.query('update async_request set claim = claim + 1');
      const settled = work.settle(database.appPool, { parts: new Map([[0, 'stale']]) });
      await settled.catch((error: unknown) => ends.push(error));
      goOn();
      await settled;
      return { status: 200, text: 'stale' };
    });
    await taken;
    expect(ends).toEqual([expect.any(AsyncCancelled)]);
    expect((await database.pool.query('select from async_part')).rowCount).toBe(0);
    expect(await answerOf(name)).not.toEqual([200, 'stale']);
    await requests.forget(name);
  });

  it('that was withdrawn settles nothing more and leaves no trace', async () => {
    const ends: unknown[] = [];
    const name = await open();
    run(async (work) => {
      await requests.forget(name);
      const settled = work.settle(database.appPool, { parts: new Map([[0, 'late']]) });
      await settled.catch((error: unknown) => ends.push(error));
      await settled;
      return { status: 200, text: 'late' };
    });
    await expect.poll(() => ends).toEqual([expect.any(AsyncCancelled)]);
    const after = await open();
    await expect.poll(() => ends.length).toBe(1);
    expect(await requests.state(name)).toBeUndefined();
    expect((await database.pool.query('select from async_part')).rowCount).toBe(0);
    await requests.forget(after);
  });

  it('fails with what it threw, and is tried again where that may pass', async () => {
    let tries = 0;
    run(async ({ asked }) => {
      if ((asked as { bad?: boolean }).bad === true) throw new TypeError('broken');
      tries += 1;
      if (tries === 1) throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      return { status: 200, text: 'second time' };
    });
    const bad = await open({ bad: true });
    await expect.poll(() => answerOf(bad)).toEqual([500, 'broken']);
    const passing = await open();
    await expect.poll(() => answerOf(passing)).toEqual([200, 'second time']);
  });

  it('that ends every process that begins it is given up', async () => {
    const name = await open();
    await database.pool.query('update async_request set attempts = $1', [ATTEMPTS_MAX]);
    run(async () => ({ status: 200, text: 'once more' }));
    await expect
      .poll(() => answerOf(name))
      .toEqual([500, expect.stringContaining('every process')]);
  });

  it('is refused beyond the limits, of one sender and of all', async () => {
    const one = Array.from({ length: OPEN_REQUESTS_OF_ONE_MAX + 2 }, () => open());
    const settled = await Promise.allSettled(one);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(
      OPEN_REQUESTS_OF_ONE_MAX,
    );
    for (let n = OPEN_REQUESTS_OF_ONE_MAX; n < OPEN_REQUESTS_MAX; n++) await open({}, `P/${n}`);
    await expect(open({}, 'P/more')).rejects.toMatchObject({ code: 'ASYNC_TOO_MANY_OPEN' });
  });

  it('expires', async () => {
    run(async () => ({ status: 200, text: 'x' }));
    const name = await open();
    await expect.poll(() => answerOf(name)).toEqual([200, 'x']);
    await database.pool.query(`update async_request set expires = now() - interval '1 second'`);
    expect(await requests.state(name)).toBeUndefined();
    const next = await open();
    await expect.poll(() => answerOf(next)).toEqual([200, 'x']);
    const { rows } = await database.pool.query<{ id: string }>('select id from async_request');
    expect(rows.map(({ id }) => id)).toEqual([next.id]);
  });
});
