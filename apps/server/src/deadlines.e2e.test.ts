import { createPool } from '@holdfast/postgres';
import type { Pool, PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Serving, serving } from './testing/serving.ts';

/** Long beside what a busy machine needs for one request. */
const REQUEST_MS = 1_200;

let served: Serving;
let owner: Pool;
beforeAll(async () => {
  served = await serving({ requestMs: REQUEST_MS });
  owner = createPool({ url: served.server.ownerUrl, tenant: 1, max: 2 });
  for (const id of ['one', 'two']) {
    const body = JSON.stringify({ resourceType: 'Patient', id });
    await served.fhir('clinician', `/Patient/${id}`, { method: 'PUT', body });
  }
}, 120_000);
afterAll(async () => {
  await owner.end();
  await served.stop();
});

/** Meanwhile nobody else reads or writes health records. */
async function whileLocked<Value>(work: () => Promise<Value>): Promise<Value> {
  const client: PoolClient = await owner.connect();
  try {
    await client.query('begin; lock table resource in access exclusive mode');
    return await work();
  } finally {
    await client.query('rollback');
    client.release();
  }
}

/** Statements of requests that the database works on, or that wait in it. */
async function statementsOf(...pools: readonly string[]): Promise<string[]> {
  const { rows } = await owner.query<{ query: string }>(
    `select query from pg_stat_activity
      where application_name = any($1) and state <> 'idle'`,
    [pools.map((name) => `holdfast ${name}`)],
  );
  return rows.map(({ query }) => query);
}

const observation = { resourceType: 'Observation', status: 'final', code: { text: 'late' } };
const bundle = (type: string) => ({
  resourceType: 'Bundle',
  type,
  entry: [{ resource: observation, request: { method: 'POST', url: 'Observation' } }],
});
const post = (body: object): RequestInit => ({ method: 'POST', body: JSON.stringify(body) });

describe('a request beyond its deadline', () => {
  it.each([
    ['a read', '/Patient/one', {}],
    ['a search', '/Observation?code=x', {}],
    ['a history', '/Patient/one/_history', {}],
    ['a create', '/Observation', post(observation)],
    [
      'a conditional create',
      '/Observation',
      { ...post(observation), headers: { 'if-none-exist': 'code=late' } },
    ],
    ['a delete', '/Patient/two', { method: 'DELETE' }],
    ['a transaction', '', post(bundle('transaction'))],
  ])('is answered with 503, and the database works for it no longer: %s', async (_, path, init) => {
    const answer = await whileLocked(async () => {
      const refused = await served.fhir('clinician', path, init);
      // The answer and the end of the statement are told by two processes.
      await expect.poll(() => statementsOf('requests', 'bulk')).toEqual([]);
      return refused;
    });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.body).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', code: 'timeout' }],
    });
  });

  it('of a batch fails the entries that were not carried out', async () => {
    const answer = await whileLocked(() => served.fhir('clinician', '', post(bundle('batch'))));
    const [entry] = answer.body['entry'] as { response: { status: string } }[];
    expect(entry?.response.status).toMatch(/^503/);
  });

  it('has left nothing behind', async () => {
    const found = await served.fhir('clinician', '/Observation?_summary=count');
    expect(found.body).toMatchObject({ total: 0 });
    expect((await served.fhir('clinician', '/Patient/two')).status).toBe(200);
  });
});

const TWO_LINKS =
  '/Organization?_has:Patient:organization:_has:Observation:patient:status:not=final';
const THREE_LINKS =
  '/Organization?_has:Organization:partof:_has:Patient:organization:_has:Observation:patient:status:not=final';

describe('a dear search', () => {
  it('is refused before it runs, with what makes it dear and how to mend it', async () => {
    const answer = await whileLocked(() => served.fhir('clinician', THREE_LINKS));
    expect(answer.status).toBe(422);
    const [issue] = answer.body['issue'] as { code: string; diagnostics: string }[];
    expect(issue).toMatchObject({
      code: 'too-costly',
      expression: ['_has:Organization:partof'],
    });
    expect(issue?.diagnostics).toContain('search for these first');
  });

  it('runs over the connections of bulk work', async () => {
    expect((await served.fhir('clinician', TWO_LINKS)).status).toBe(200);
    await whileLocked(async () => {
      const answer = served.fhir('clinician', TWO_LINKS);
      await expect.poll(() => statementsOf('bulk')).toHaveLength(1);
      expect(await statementsOf('requests')).toEqual([]);
      expect((await answer).status).toBe(503);
    });
  });

  it('within a bundle is refused by itself', async () => {
    const entry = [TWO_LINKS, '/Patient/one'].map((url) => ({
      request: { method: 'GET', url: url.slice(1) },
    }));
    const answer = await served.fhir(
      'clinician',
      '',
      post({ resourceType: 'Bundle', type: 'batch', entry }),
    );
    const entries = answer.body['entry'] as { response: { status: string } }[];
    expect(entries.map(({ response }) => response.status.slice(0, 3))).toEqual(['422', '200']);
  });
});

describe('what is carried out later', () => {
  it('runs over the connections of bulk work', async () => {
    const headers = { prefer: 'respond-async' };
    const status = await whileLocked(async () => {
      const asked = await served.fhir('clinician', '', { ...post(bundle('batch')), headers });
      expect(asked.status).toBe(202);
      await expect.poll(() => statementsOf('bulk')).toHaveLength(1);
      expect(await statementsOf('requests')).toEqual([]);
      return (asked.headers.get('content-location') ?? '').split('/fhir/R4')[1] ?? '';
    });
    await expect.poll(async () => (await served.fhir('clinician', status)).status).toBe(200);
  });
});
