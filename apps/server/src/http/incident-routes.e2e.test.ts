import type { IncidentDetail, IncidentEntryRequest } from '@holdfast/api-contract';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditRecords } from '../testing/audit-records.ts';
import { type Serving, serving } from '../testing/serving.ts';

let world: Serving;
let id: string;

beforeAll(async () => {
  const answers = { coveredEntity: true, part2Program: false, phrVendor: false };
  const organisation = { answers, timeZone: 'America/New_York' };
  // Without the demo nothing else is under way that the outage could reach.
  world = await serving({ organisation });
  const finn = {
    resourceType: 'Patient',
    id: 'finn',
    address: [{ use: 'home', state: 'MA', country: 'US' }],
  };
  const body = JSON.stringify(finn);
  const put = await world.fhir('importer', '/Patient/finn', { method: 'PUT', body });
  if (put.status !== 201) throw new Error(put.text);
}, 120_000);
afterAll(() => world.stop());

const incidents = async () => {
  const { body } = await world.call('operator', '/operations/incidents');
  return body['incidents'] as { id: string; cause: string; status: string; patients: object }[];
};
const detail = async (at?: string) => {
  const query = at === undefined ? '' : `?at=${at}`;
  const { body } = await world.call('operator', `/operations/incidents/${id}${query}`);
  return body as unknown as IncidentDetail;
};
const write = (entry: IncidentEntryRequest | object) =>
  world.call('operator', `/operations/incidents/${id}/entries`, {
    method: 'POST',
    body: JSON.stringify(entry),
  });

describe('a lost database, from the cause to the clocks', () => {
  it('is one incident with its cause and exactly those whose requests failed', async () => {
    const pid = world.server.databasePid();
    if (pid === undefined) throw new Error('the embedded database runs');
    process.kill(pid, 'SIGKILL');
    const failed = async (patient: string) =>
      (await world.fhir('clinician', `/Patient/${patient}`)).status;
    await expect.poll(() => failed('finn'), { interval: 20 }).toBe(503);
    await expect.poll(() => failed('finn'), { timeout: 60_000 }).toBe(200);
    const outage = async () =>
      (await incidents()).find(({ cause }) => cause === 'postgres-unavailable');
    await expect
      .poll(async () => (await outage())?.patients, { timeout: 30_000 })
      .toEqual({ count: 1 });
    id = (await outage())?.id ?? '';
  }, 150_000);

  it('says where they live, what is asked of the organisation and until when', async () => {
    await expect.poll(async () => (await detail()).causes[0]?.endedAt).toBeDefined();
    const { impact, duties, questions, status } = await detail();
    expect(status).toBe('open');
    expect(impact).toMatchObject({ count: 1, residenceUnknown: 0 });
    expect(impact.residents).toEqual([{ place: 'US-MA', count: 1 }]);
    const individuals = duties.find(
      (duty) => duty.regulation.id === 'hipaa-breach' && duty.id === 'individuals',
    );
    expect(individuals).toMatchObject({
      verdict: 'undetermined',
      missing: expect.arrayContaining(['unsecured', 'notPermitted']) as string[],
      clock: { startedBy: 'detected', provisional: true },
    });
    expect(questions.find(({ name }) => name === 'unavailable')?.answer).toBe(true);
    // What the organisation is not was said in its settings: nobody is asked again.
    const ftc = duties.filter((duty) => duty.regulation.id === 'ftc-health-breach');
    expect(ftc.every(({ verdict }) => verdict === 'not-required')).toBe(true);
  });

  it('tells where attempts failed and what had changed, and keeps it in the timeline', async () => {
    const { located, suspects, timeline } = await detail();
    expect(located?.observed.failed).toBeGreaterThan(0);
    expect(timeline.map(({ kind }) => kind)).toContain('located');
    // The test put its policy in force and the process started, both shortly before.
    expect(suspects.map(({ kind }) => kind).toSorted()).toEqual(['deployed', 'policy-activated']);
    expect(suspects.every(({ beforeSeconds }) => beforeSeconds >= 0)).toBe(true);
    expect(JSON.stringify([located, suspects])).not.toContain('finn');
  });

  it('is discovered when somebody takes it up; an answered question settles its duties', async () => {
    const before = new Date().toISOString();
    expect((await write({ kind: 'acknowledged' })).status).toBe(200);
    for (const question of ['notPermitted', 'accessed', 'acquired']) {
      const because = 'no session was open: an outage only';
      await write({ kind: 'answered', question, answer: false, because });
    }
    const after = await detail();
    expect(after.status).toBe('acknowledged');
    const hipaa = after.duties.filter((duty) => duty.regulation.id === 'hipaa-breach');
    expect(hipaa.map(({ verdict }) => verdict)).toEqual(hipaa.map(() => 'not-required'));

    const then = await detail(before);
    expect(then.status).toBe('open');
    expect(then.duties.some(({ verdict }) => verdict === 'undetermined')).toBe(true);
    expect(then.timeline.length).toBeLessThan(after.timeline.length);
  });

  it('is rated by what it could have done to that many', async () => {
    const rated = { kind: 'rated', harm: 'severe', likelihood: 'low', because: 'one record, 1 s' };
    await write(rated);
    expect((await detail()).safety).toEqual({
      consequence: 'considerable',
      likelihood: 'low',
      rating: 2,
    });
  });

  it('closes, and takes only notes from then on', async () => {
    const because = 'PostgreSQL was killed in a drill';
    expect((await write({ kind: 'closed', because })).body).toMatchObject({ status: 'closed' });
    const refused = await write({ kind: 'acknowledged' });
    expect(refused.status).toBe(409);
    expect(refused.text).toContain('open it again first');
    expect((await write({ kind: 'noted', text: 'told the clinic' })).status).toBe(200);
  });
});

describe('an incident is protected', () => {
  it('from everybody but operators and compliance officers', async () => {
    for (const path of ['', `/${id}`, `/${id}/patients`]) {
      expect((await world.call('clinician', `/operations/incidents${path}`)).status).toBe(403);
    }
  });

  it('names its patients only where the naming is on record for each', async () => {
    const told = JSON.stringify([await incidents(), await detail()]);
    expect(told).not.toContain('finn');
    const { body } = await world.call('operator', `/operations/incidents/${id}/patients`);
    expect(body).toEqual({ count: 1, ids: ['finn'] });
    const owner = new pg.Pool({ connectionString: world.server.ownerUrl, max: 1 });
    const records = await auditRecords(owner, world, 'patient_tag is not null');
    await owner.end();
    expect(records.filter(({ body }) => body?.target === `incident/${id}`)).toHaveLength(1);
  });

  it.each<[string, object, number, string]>([
    ['an unknown kind', { kind: 'deleted' }, 400, 'kind'],
    [
      'a question nobody asks',
      { kind: 'answered', question: 'isNice', answer: true, because: 'x' },
      400,
      'question',
    ],
    ['no reason', { kind: 'closed', because: ' ' }, 400, 'because'],
    ['taking up what is closed', { kind: 'acknowledged' }, 409, 'open it again first'],
    [
      'an instant to come, once it is open again',
      { kind: 'anchored', anchor: 'aware', instant: '2099-01-01T00:00:00Z', because: 'x' },
      409,
      'not come yet',
    ],
  ])('refuses %s', async (what, entry, status, named) => {
    if (what.includes('open again')) await write({ kind: 'reopened', because: 'more came up' });
    const answer = await write(entry);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(named);
  });

  it('answers 404 for another id and 400 for an instant that is none', async () => {
    const none = '/operations/incidents/0190b6a1-7d11-7000-8000-000000000001';
    expect((await world.call('operator', none)).status).toBe(404);
    expect((await world.call('operator', '/operations/incidents/x')).status).toBe(404);
    const path = `/operations/incidents/${id}?at=yesterday`;
    expect((await world.call('operator', path)).status).toBe(400);
  });
});
