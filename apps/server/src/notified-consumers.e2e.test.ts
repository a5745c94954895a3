// Goal: without a replication stream a score's own events reach whoever waits for them. Method: a
// database that grants no stream; after one score nobody writes again, and no group stays behind.
import { createPool } from '@holdfast/postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { phq9WithThoughtsOfSelfHarm } from './testing/phq9-response.ts';
import { type Serving, serving } from './testing/serving.ts';

let at: Serving;
beforeAll(async () => {
  at = await serving({ embeddedSettings: { wal_level: 'replica' } });
}, 120_000);
afterAll(() => at.stop(), 60_000);

interface EventFlow {
  readonly push: { readonly mode: string };
  readonly groups: readonly {
    readonly group: string;
    readonly lagEvents: number;
    readonly state: string;
  }[];
}

async function events(): Promise<EventFlow> {
  const answer = await at.call('operator', '/operations/overview');
  return answer.body['events'] as EventFlow;
}

async function created(resource: { readonly resourceType: string }): Promise<string> {
  const body = JSON.stringify(resource);
  const answer = await at.fhir('clinician', `/${resource.resourceType}`, { method: 'POST', body });
  expect(answer.status).toBe(201);
  return String(answer.body['id']);
}

it('wakes every group after a score has committed', async () => {
  expect((await events()).push.mode).toBe('notify');
  const patient = await created({ resourceType: 'Patient' });
  await created(phq9WithThoughtsOfSelfHarm(patient));
  const scores = async () =>
    (await at.fhir('clinician', `/RiskAssessment?patient=${patient}`)).body['entry'];
  await expect.poll(scores, { timeout: 30_000 }).toHaveLength(1);
  const behind = async () => (await events()).groups.filter(({ lagEvents }) => lagEvents > 0);
  await expect.poll(behind, { timeout: 10_000 }).toEqual([]);
}, 60_000);

it('shows groups that run elsewhere, after its own', async () => {
  const own = (await events()).groups.map(({ group }) => group);
  const owner = createPool({ url: at.server.ownerUrl, tenant: 1, max: 1 });
  await owner.query(
    `insert into consumer_group (name, cluster, xid, id) select 'a-report', cluster, '0', 0
     from consumer_group limit 1`,
  );
  await owner.end();
  const { groups } = await events();
  expect(groups.map(({ group }) => group)).toEqual([...own, 'a-report']);
  expect(groups.at(-1)).toMatchObject({ state: 'stopped' });
  expect(groups.at(-1)?.lagEvents).toBeGreaterThan(0);
});
