import { createPool } from '@holdfast/postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditRecords } from '../testing/audit-records.ts';
import { type Answer, type Serving, serving } from '../testing/serving.ts';

let stage: Serving;
beforeAll(async () => {
  stage = await serving();
}, 120_000);
afterAll(() => stage.stop(), 60_000);

const send = (
  method: string,
  path: string,
  body?: string | object,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  stage.fhir('clinician', path, {
    method,
    headers,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
const patient = (mrn: string, more: object = {}) => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:mrn', value: mrn }],
  ...more,
});
const tag = (answer: Answer): string => answer.headers.get('etag') ?? '';

describe('decimals', () => {
  const body = (id: string, value: string) =>
    `{"resourceType":"Observation","id":"${id}","status":"final","code":{"text":"1.10"},"valueQuantity":{"value":${value}}}`;

  it.each(['1.10', '0.0', '-1.0E+2', '12345678901234567890.10', '98.60'])(
    '%s goes out as it came in: from create, update, patch, read, history and transactions',
    async (value) => {
      const created = await send('POST', '/Observation', body('ignored', value));
      expect(created.status).toBe(201);
      const id = String(created.body['id']);
      const put = await send('PUT', `/Observation/${id}`, body(id, value));
      const patched = await send(
        'PATCH',
        `/Observation/${id}`,
        `[{"op":"add","path":"/component","value":[{"code":{"text":"x"},"valueQuantity":{"value":${value}}}]}]`,
        { 'content-type': 'application/json-patch+json' },
      );
      expect(patched.status).toBe(200);
      const entry = {
        fullUrl: 'urn:uuid:1',
        resource: 0,
        request: { method: 'POST', url: 'Observation' },
      };
      const bundle = { resourceType: 'Bundle', type: 'transaction', total: 7, entry: [entry] };
      const loaded = await send(
        'POST',
        '',
        JSON.stringify(bundle).replace('"resource":0', `"resource":${body('x', value)}`),
      );
      const location = String(
        (loaded.body['entry'] as { response: { location: string } }[])[0]?.response.location,
      );
      const texts = [
        created.text,
        put.text,
        patched.text,
        (await send('GET', `/Observation/${id}/_history/1`)).text,
        (await send('GET', `/Observation/${id}/_history`)).text,
        (await send('GET', `/${location}`)).text,
      ];
      for (const text of texts) expect(text).toContain(`"value":${value}`);
      expect(patched.text.split(`"value":${value}`)).toHaveLength(3);
    },
  );
});

describe('a body', () => {
  it('with a name twice is refused, naming the element', async () => {
    const answer = await send(
      'POST',
      '/Patient',
      '{"resourceType":"Patient","name":[{"family":"A","family":"B"}]}',
    );
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ issue: [{ expression: ['name[0].family'] }] });
  });
});

describe('conditions', () => {
  it('If-None-Exist creates once and answers 200 with the resource from then on', async () => {
    const header = { 'if-none-exist': 'identifier=urn:mrn|e2e-1' };
    const first = await send('POST', '/Patient', patient('e2e-1'), header);
    const second = await send('POST', '/Patient', patient('e2e-1'), header);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    const several = await send('POST', '/Patient', patient('e2e-1'));
    expect(several.status).toBe(201);
    expect((await send('POST', '/Patient', patient('e2e-1'), header)).status).toBe(412);
  });

  it.each(['', 'identifer=urn:mrn|x', '_count=1'])('%j is no condition', async (criteria) => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const headers: Record<string, string> =
        method === 'PATCH' ? { 'content-type': 'application/json-patch+json' } : {};
      const sent = method === 'DELETE' ? undefined : method === 'PATCH' ? '[]' : patient('x');
      const answer = await send(method, `/Patient?${criteria}`, sent, headers);
      expect([method, answer.status]).toEqual([method, 412]);
    }
  });

  it('PUT, PATCH and DELETE by criteria reach the one that matches', async () => {
    const path = '/Patient?identifier=urn:mrn|e2e-2';
    const created = await send('PUT', path, patient('e2e-2'));
    const updated = await send('PUT', path, patient('e2e-2', { active: true }));
    expect([created.status, updated.status]).toEqual([201, 200]);
    expect(updated.body['id']).toBe(created.body['id']);
    const patched = await send('PATCH', path, '[{"op":"replace","path":"/active","value":false}]', {
      'content-type': 'application/json-patch+json',
    });
    expect(patched.body).toMatchObject({ active: false, meta: { versionId: '3' } });
    expect((await send('DELETE', path)).status).toBe(204);
    expect((await send('GET', `/Patient/${String(created.body['id'])}`)).status).toBe(410);
    expect((await send('DELETE', path)).status).toBe(204);
  });

  it('If-Match guards update, patch and delete; If-None-Match: * guards creation', async () => {
    const path = '/Patient/guarded';
    const only = { 'if-none-match': '*' };
    const first = await send('PUT', path, patient('g', { id: 'guarded' }), only);
    expect([first.status, tag(first)]).toEqual([201, 'W/"1"']);
    expect((await send('PUT', path, patient('g', { id: 'guarded' }), only)).status).toBe(412);
    const second = await send('PUT', path, patient('g', { id: 'guarded' }), {
      'if-match': tag(first),
    });
    expect(second.status).toBe(200);
    const stale = { 'if-match': tag(first) };
    const patch = { ...stale, 'content-type': 'application/json-patch+json' };
    expect((await send('PUT', path, patient('g', { id: 'guarded' }), stale)).status).toBe(412);
    expect((await send('PATCH', path, '[]', patch)).status).toBe(412);
    expect((await send('DELETE', path, undefined, stale)).status).toBe(412);
    expect((await send('DELETE', path, undefined, { 'if-match': tag(second) })).status).toBe(204);
    expect((await send('DELETE', path)).status).toBe(204);
    expect(
      (await send('PATCH', path, '[]', { 'content-type': 'application/json-patch+json' })).status,
    ).toBe(410);
    const again = await send('PUT', path, patient('g', { id: 'guarded' }), only);
    expect([again.status, tag(again)]).toEqual([201, 'W/"4"']);
    expect((await send('DELETE', '/Patient/never-was')).status).toBe(404);
  });

  it('a read of a version that the caller has answers 304 without it', async () => {
    const created = await send('POST', '/Patient', patient('cr'));
    const path = `/Patient/${String(created.body['id'])}`;
    const read = (headers: Record<string, string>) => send('GET', path, undefined, headers);
    const same = await read({ 'if-none-match': tag(created) });
    expect([same.status, same.text, tag(same)]).toEqual([304, '', tag(created)]);
    expect((await read({ 'if-none-match': 'W/"7"' })).status).toBe(200);
    const modified = created.headers.get('last-modified') ?? '';
    expect((await read({ 'if-modified-since': modified })).status).toBe(304);
    const before = new Date(Date.parse(modified) - 1000).toUTCString();
    expect((await read({ 'if-modified-since': before })).status).toBe(200);
  });
});

describe('Prefer: return', () => {
  it.each([
    ['minimal', ''],
    ['representation', 'Patient'],
    ['OperationOutcome', 'OperationOutcome'],
  ])(
    '%s is what a create answers with, beside ETag, Location and Last-Modified',
    async (wish, type) => {
      const answer = await send('POST', '/Patient', patient('p'), { prefer: `return=${wish}` });
      expect(answer.status).toBe(201);
      expect(answer.body['resourceType'] ?? '').toBe(type);
      expect(tag(answer)).toBe('W/"1"');
      expect(answer.headers.get('location')).toMatch(/\/fhir\/R4\/Patient\/[^/]+\/_history\/1$/);
      expect(Date.parse(answer.headers.get('last-modified') ?? '')).toBeGreaterThan(0);
    },
  );
});

describe('a refused write', () => {
  it('leaves a record too, with whose data was withheld', async () => {
    const denial = {
      resourceType: 'Consent',
      status: 'active',
      scope: { coding: [{ code: 'patient-privacy' }] },
      category: [{ text: 'privacy' }],
      policyRule: { coding: [{ code: 'OPTOUT' }] },
      patient: { reference: 'Patient/withheld' },
      provision: { type: 'deny' },
    };
    expect(
      (await send('PUT', '/Patient/withheld', patient('withheld', { id: 'withheld' }))).status,
    ).toBe(201);
    expect((await send('POST', '/Consent', denial)).status).toBe(201);
    const observation = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      subject: { reference: 'Patient/withheld' },
    };
    const refused = await send('POST', '/Observation', observation);
    expect(refused.status).toBe(422);
    expect((await send('DELETE', '/Patient/withheld')).status).toBe(404);
    const owner = createPool({ url: stage.server.ownerUrl, tenant: 1, max: 1 });
    try {
      const refusals = 'outcome = 4 and patient_tag is not null';
      const targets = (await auditRecords(owner, stage, refusals)).map(({ body }) => body?.target);
      expect(targets).toContain('Observation');
      expect(targets).toContain('Patient/withheld');
    } finally {
      await owner.end();
    }
  });
});

describe('a Patient that is deleted while others refer to it', () => {
  const observation = (id: string) => ({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { text: 'x' },
    subject: { reference: 'Patient/leaving' },
  });

  it('leaves what is theirs as it is; it takes no more until the patient is brought back', async () => {
    const leaving = { ...patient('leaving'), id: 'leaving' };
    await send('PUT', '/Patient/leaving', leaving);
    await send('PUT', '/Observation/theirs', observation('theirs'));
    expect((await send('DELETE', '/Patient/leaving')).status).toBe(204);
    expect((await send('GET', '/Patient/leaving')).status).toBe(410);
    expect((await send('GET', '/Observation/theirs')).status).toBe(200);
    const found = await send('GET', '/Observation?patient=leaving&_include=Observation:subject');
    expect(found.body['entry']).toMatchObject([{ resource: { id: 'theirs' } }]);
    expect((await send('GET', '/Patient/leaving/$everything')).status).toBe(410);
    // Neither new data nor changes: whose would it be?
    expect((await send('PUT', '/Observation/more', observation('more'))).status).toBe(422);
    expect((await send('PUT', '/Observation/theirs', observation('theirs'))).status).toBe(422);
    expect((await send('PUT', '/Patient/leaving', leaving)).status).toBe(201);
    expect((await send('PUT', '/Observation/theirs', observation('theirs'))).status).toBe(200);
    await send('DELETE', '/Patient/leaving');
    expect((await send('DELETE', '/Observation/theirs')).status).toBe(204);
  });
});

describe('codes that a stored ValueSet names', () => {
  it('are what :in asks for, in searches and in conditions', async () => {
    const define = (path: string, body: object) =>
      stage.fhir('importer', path, { method: 'PUT', body: JSON.stringify(body) });
    await define('/CodeSystem/moods', {
      resourceType: 'CodeSystem',
      id: 'moods',
      url: 'urn:moods',
      status: 'active',
      content: 'complete',
      concept: [{ code: 'good', concept: [{ code: 'great' }] }, { code: 'bad' }],
    });
    await define('/ValueSet/good-moods', {
      resourceType: 'ValueSet',
      id: 'good-moods',
      url: 'urn:good-moods',
      status: 'active',
      compose: {
        include: [
          { system: 'urn:moods', filter: [{ property: 'concept', op: 'is-a', value: 'good' }] },
        ],
      },
    });
    const mood = (code: string) => ({
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ system: 'urn:moods', code }] },
    });
    await send('POST', '/Observation', mood('great'));
    await send('POST', '/Observation', mood('bad'));
    const total = async (query: string) =>
      (await send('GET', `/Observation?${query}&_total=accurate`)).body['total'];
    expect(await total('code:in=urn:good-moods')).toBe(1);
    expect(await total('code:below=urn:moods|good')).toBe(1);
    expect((await send('GET', '/Observation?code:in=urn:no-such-set')).status).toBe(400);
    const again = await send('POST', '/Observation', mood('good'), {
      'if-none-exist': 'code:in=urn:good-moods',
    });
    expect(again.status).toBe(200);
    const gone = await send('DELETE', '/Observation?code:in=urn:good-moods');
    expect([gone.status, await total('code:in=urn:good-moods')]).toEqual([204, 0]);
  });
});
