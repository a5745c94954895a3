import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Serving, serving } from '../testing/serving.ts';

let stage: Serving;
let who = { clinician: '', other: '' };

const of = (body: Answer['body']) =>
  ((body['entry'] ?? []) as { resource: { resourceType: string; id: string } }[]).map(
    ({ resource }) => `${resource.resourceType}/${resource.id}`,
  );
const link = ({ body }: Answer, relation: string) =>
  (body['link'] as { relation: string; url: string }[])
    .find((one) => one.relation === relation)
    ?.url.split('/fhir/R4')[1];

const RIVERA = { reference: 'Practitioner/p-rivera' };

const observation = (n: number) => ({
  resourceType: 'Observation',
  id: `o${n}`,
  status: 'final',
  code: { text: 'Heart rate' },
  subject: { reference: 'Patient/ada' },
  encounter: { reference: 'Encounter/v1' },
  performer: [RIVERA],
  effectiveDateTime: `2024-0${n}-01`,
});

beforeAll(async () => {
  stage = await serving({ demo: true });
  const resources = [
    {
      resourceType: 'Patient',
      id: 'ada',
      name: [{ family: 'Lovelace' }],
      generalPractitioner: [RIVERA],
    },
    {
      resourceType: 'Patient',
      id: 'bob',
      name: [{ family: 'Babbage' }],
      generalPractitioner: [RIVERA],
    },
    {
      resourceType: 'Encounter',
      id: 'v1',
      status: 'finished',
      class: { code: 'AMB' },
      subject: { reference: 'Patient/ada' },
    },
    ...[1, 2, 3, 4, 5].map(observation),
    { ...observation(6), id: 'bobs', subject: { reference: 'Patient/bob' }, encounter: undefined },
  ];
  const entry = resources.map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  const system = { resourceType: 'Bundle', type: 'transaction', entry };
  const loaded = await stage.fhir('importer', '', { method: 'POST', body: JSON.stringify(system) });
  if (loaded.status !== 200) throw new Error(loaded.text);
  who = { clinician: 'clinician', other: 'second-clinician' };
}, 180_000);
afterAll(() => stage.stop(), 60_000);

const get = (path: string, persona = who.clinician) => stage.fhir(persona, path);
const CHART = ['Encounter/v1', 'Patient/ada', ...[1, 2, 3, 4, 5].map((n) => `Observation/o${n}`)];

describe('$everything of a patient', () => {
  it('is the compartment with what it refers to, and nobody else’s', async () => {
    const answer = await get('/Patient/ada/$everything');
    expect(of(answer.body).sort()).toEqual([...CHART, 'Practitioner/p-rivera'].sort());
    expect(answer.body['total']).toBe(CHART.length);
  });

  it('goes on page by page, each resource of the compartment once', async () => {
    const seen: string[] = [];
    for (let path: string | undefined = '/Patient/ada/$everything?_count=2'; path !== undefined; ) {
      const page: Answer = await get(path);
      expect(page.status).toBe(200);
      seen.push(...of(page.body).filter((name) => name !== 'Practitioner/p-rivera'));
      path = link(page, 'next');
    }
    expect(seen.sort()).toEqual([...CHART].sort());
  });

  it('takes days of care, types and a time since, by GET and by POST', async () => {
    const days = await get('/Patient/ada/$everything?start=2024-02-01&end=2024-03-31');
    expect(of(days.body).sort()).toEqual(
      [
        'Encounter/v1',
        'Observation/o2',
        'Observation/o3',
        'Patient/ada',
        'Practitioner/p-rivera',
      ].sort(),
    );
    const parameter = [
      { name: 'start', valueDate: '2024-02-01' },
      { name: '_type', valueCode: 'Observation' },
      { name: '_count', valueInteger: 3 },
    ];
    const posted = await stage.fhir(who.clinician, '/Patient/ada/$everything', {
      method: 'POST',
      body: JSON.stringify({ resourceType: 'Parameters', parameter }),
    });
    expect(of(posted.body)).toHaveLength(3);
    expect(link(posted, 'next')).toContain('_type=Observation');
    const later = await get('/Patient/ada/$everything?_since=2200-01-01T00:00:00Z');
    expect([of(later.body), later.body['total']]).toEqual([[], 0]);
  });

  it('answers alike for a patient who is hidden and one who is not there, and audits whose it was', async () => {
    const hidden = await get('/Patient/ada-demo/$everything', who.other);
    const absent = await get('/Patient/nobody/$everything', who.other);
    expect([hidden.status, hidden.body]).toEqual([404, absent.body]);
    expect((await get('/Patient/ada-demo/$everything')).status).toBe(200);
  });

  it('leaves out what the reader may not see, in rows and in the total', async () => {
    const asDoctor = await get('/Patient/ada-demo/$everything?_count=1000');
    const asHerself = await get('/Patient/ada-demo/$everything?_count=1000', 'patient');
    const matches = ({ body }: Answer) =>
      (body['entry'] as { search: { mode: string } }[]).filter(
        ({ search }) => search.mode === 'match',
      ).length;
    expect(asDoctor.body['total']).toBe(matches(asDoctor));
    expect(asHerself.body['total']).toBe(matches(asHerself));
    expect((await get('/Patient/ada/$everything', 'patient')).status).toBe(404);
  });

  it('refuses what it cannot read', async () => {
    expect((await get('/Patient/ada/$everything?start=soon')).status).toBe(400);
    expect((await get('/Patient/ada/$everything?_cursor=made-up')).status).toBe(400);
    const strict = { headers: { prefer: 'handling=strict' } };
    const unknown = await stage.fhir(who.clinician, '/Patient/ada/$everything?x=1', strict);
    expect(unknown.status).toBe(400);
  });
});

it('$everything of an encounter is what happened in it, and whose it was', async () => {
  const answer = await get('/Encounter/v1/$everything');
  expect(of(answer.body).sort()).toEqual([...CHART, 'Practitioner/p-rivera'].sort());
  expect((await get('/Encounter/v1/$everything', 'patient')).status).toBe(404);
});

describe('the meta operations', () => {
  const labels = (valueMeta: object) => ({
    method: 'POST',
    body: JSON.stringify({
      resourceType: 'Parameters',
      parameter: [{ name: 'meta', valueMeta }],
    }),
  });
  const tag = { system: 'urn:tags', code: 'study' };
  const meta = ({ body }: Answer) =>
    (body['parameter'] as { valueMeta: { tag?: object[]; versionId?: string } }[])[0]?.valueMeta;

  it('add and take labels away as new versions, found by search and listed by type', async () => {
    const added = await stage.fhir(
      who.clinician,
      '/Observation/o1/$meta-add',
      labels({ tag: [tag] }),
    );
    expect([added.status, added.headers.get('etag')]).toEqual([200, 'W/"2"']);
    expect(meta(added)).toMatchObject({ tag: [tag], versionId: '2' });
    expect(of((await get('/Observation?_tag=urn:tags|study')).body)).toEqual(['Observation/o1']);
    expect(meta(await get('/Observation/o1/$meta'))?.tag).toEqual([tag]);
    expect(meta(await get('/Observation/$meta'))?.tag).toContainEqual(tag);
    expect(meta(await get('/$meta'))?.tag).toContainEqual(tag);
    const deleted = await stage.fhir(
      who.clinician,
      '/Observation/o1/$meta-delete',
      labels({ tag: [tag] }),
    );
    expect(meta(deleted)?.tag).toBeUndefined();
    expect(meta(await get('/Observation/$meta'))?.tag ?? []).not.toContainEqual(tag);
  });

  it('tell nothing of what the reader may not see', async () => {
    await stage.fhir(who.clinician, '/Observation/bobs/$meta-add', labels({ tag: [tag] }));
    expect(meta(await get('/Observation/$meta', 'patient'))?.tag ?? []).toEqual([]);
    const add = await stage.fhir('patient', '/Observation/bobs/$meta-add', labels({ tag: [tag] }));
    const absent = await stage.fhir(
      'patient',
      '/Observation/never/$meta-add',
      labels({ tag: [tag] }),
    );
    expect([add.status, add.body]).toEqual([absent.status, absent.body]);
    expect((await get('/Observation/bobs/$meta', 'patient')).status).toBe(404);
  });

  it('honour If-Match and refuse what is no meta', async () => {
    const stale = { ...labels({ tag: [tag] }), headers: { 'if-match': 'W/"9"' } };
    expect((await stage.fhir(who.clinician, '/Patient/bob/$meta-add', stale)).status).toBe(412);
    const empty = { method: 'POST', body: '{"resourceType":"Parameters"}' };
    expect((await stage.fhir(who.clinician, '/Patient/bob/$meta-add', empty)).status).toBe(400);
  });
});
