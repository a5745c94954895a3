// Goal: "own patients only" holds on every path from the very next request after a relationship
// began or ended. Method: the demo practice's policy, one patient whom the second clinician does not
// treat, and every way to get at her record before, during and after he is on her care team.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Serving, serving } from '../testing/serving.ts';

const CLINICIAN = 'second-clinician';
const OKAFOR = 'Practitioner/p-okafor';
const subject = { reference: 'Patient/rel-1' };

let stage: Serving;
beforeAll(async () => {
  stage = await serving({ demo: true });
  await feed('Patient', { id: 'rel-1', name: [{ family: 'Relates' }] });
  await feed('Observation', { id: 'rel-o', status: 'final', code: { text: 'x' }, subject });
  await feed('CareTeam', team('inactive'));
}, 120_000);
afterAll(() => stage.stop(), 60_000);

async function feed(type: string, resource: { id: string; [element: string]: unknown }) {
  const body = JSON.stringify({ resourceType: type, ...resource });
  const answer = await stage.fhir('importer', `/${type}/${resource.id}`, { method: 'PUT', body });
  expect(answer.status).toBeLessThan(300);
}

const team = (status: string, period?: object) => ({
  id: 'rel-team',
  status,
  subject,
  ...(period && { period }),
  participant: [{ member: { reference: OKAFOR } }],
});

const get = (path: string): Promise<Answer> => stage.fhir(CLINICIAN, path);
const entries = ({ body }: Answer): number => ((body['entry'] ?? []) as unknown[]).length;

/** What the clinician gets by each way in: 1 for the record, 0 for nothing of it. */
async function reached(): Promise<Record<string, number>> {
  const body = JSON.stringify({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'written' },
    subject,
  });
  const counted = async (path: string): Promise<number> => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    return entries(answer);
  };
  const isFound = async (path: string): Promise<number> =>
    (await get(path)).status === 200 ? 1 : 0;
  return {
    read: await isFound('/Observation/rel-o'),
    version: await isFound('/Observation/rel-o/_history/1'),
    history: await isFound('/Observation/rel-o/_history'),
    search: await counted('/Patient?family=Relates'),
    total: Number((await get('/Patient?family=Relates&_total=accurate')).body['total']),
    chain: await counted('/Observation?_id=rel-o&subject:Patient.family=Relates'),
    reverse: await counted('/Patient?_id=rel-1&_has:Observation:subject:_id=rel-o'),
    include: (await counted('/Observation?_id=rel-o&_include=Observation:subject')) > 1 ? 1 : 0,
    write:
      (await stage.fhir(CLINICIAN, '/Observation', { method: 'POST', body })).status === 201
        ? 1
        : 0,
  };
}

const ways = 'read version history search total chain reverse include write'.split(' ');
const all = (value: 0 | 1) => Object.fromEntries(ways.map((way) => [way, value]));

describe('a relationship', () => {
  it('opens every way in from the next request, and closes every one', async () => {
    expect(await reached()).toEqual(all(0));
    await feed('CareTeam', team('active'));
    expect(await reached()).toEqual(all(1));
    await feed('CareTeam', team('inactive'));
    expect(await reached()).toEqual(all(0));
  });

  it('ends with the encounter, with the panel, and with the resource that stated it', async () => {
    const encounter = (status: string) => ({
      id: 'rel-e',
      status,
      class: { code: 'AMB' },
      subject,
      participant: [{ individual: { reference: OKAFOR } }],
    });
    const isOpen = async () => (await get('/Observation/rel-o')).status === 200;
    await feed('Encounter', encounter('in-progress'));
    expect(await isOpen()).toBe(true);
    await feed('Encounter', encounter('finished'));
    expect(await isOpen()).toBe(false);
    const patient = { id: 'rel-1', name: [{ family: 'Relates' }] };
    await feed('Patient', { ...patient, generalPractitioner: [{ reference: OKAFOR }] });
    expect(await isOpen()).toBe(true);
    await feed('Patient', patient);
    expect(await isOpen()).toBe(false);
    await feed('CareTeam', team('active'));
    expect(await isOpen()).toBe(true);
    const gone = await stage.fhir('importer', '/CareTeam/rel-team', { method: 'DELETE' });
    expect(gone.status).toBe(204);
    expect(await isOpen()).toBe(false);
  });

  it('holds within its period and not outside of it', async () => {
    const HOUR = 3_600_000;
    const at = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();
    const status = async (period: object) => {
      await feed('CareTeam', team('active', period));
      return (await get('/Observation/rel-o')).status;
    };
    expect(await status({ start: at(1) })).toBe(404);
    expect(await status({ start: at(-1), end: at(1) })).toBe(200);
    expect(await reached()).toEqual(all(1));
    expect(await status({ start: at(-2), end: at(-1) })).toBe(404);
    expect(await reached()).toEqual(all(0));
  });
});
