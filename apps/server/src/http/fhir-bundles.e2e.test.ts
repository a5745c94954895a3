import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Serving, serving } from '../testing/serving.ts';

let stage: Serving;
beforeAll(async () => {
  stage = await serving();
}, 120_000);
afterAll(() => stage.stop(), 60_000);

interface Entry {
  readonly resource?: { readonly [element: string]: unknown };
  readonly response: { readonly status: string; readonly [element: string]: unknown };
}

const send = (type: 'batch' | 'transaction', entry: object[], headers = {}): Promise<Answer> =>
  stage.fhir('clinician', '', {
    method: 'POST',
    headers,
    body: JSON.stringify({ resourceType: 'Bundle', type, entry }),
  });
const get = (path: string): Promise<Answer> => stage.fhir('clinician', path);
const entriesOf = (answer: Answer): Entry[] => answer.body['entry'] as Entry[];
const statuses = (answer: Answer): string[] =>
  entriesOf(answer).map(({ response }) => response.status.slice(0, 3));

const patient = (mrn: string, more: object = {}) => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:mrn', value: mrn }],
  ...more,
});
const observation = (subject: string, code = 'x') => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'urn:codes', code }] },
  subject: { reference: subject },
});
const post = (resource: { resourceType: string }, more: object = {}, fullUrl?: string) => ({
  ...(fullUrl !== undefined && { fullUrl }),
  resource,
  request: { method: 'POST', url: resource.resourceType, ...more },
});
const put = (resource: { resourceType: string; id?: string }, url: string, more: object = {}) => ({
  resource,
  request: { method: 'PUT', url, ...more },
});
const request = (method: string, url: string, more: object = {}) => ({
  request: { method, url, ...more },
});

describe('a transaction', () => {
  it('deletes, creates, updates, patches and reads in this order, and answers in the order sent', async () => {
    await send('transaction', [
      put({ ...patient('t-1'), id: 't-gone' }, 'Patient/t-gone'),
      put({ ...patient('t-2'), id: 't-kept' }, 'Patient/t-kept'),
    ]);
    const patch = {
      resourceType: 'Binary',
      contentType: 'application/json-patch+json',
      data: Buffer.from('[{"op":"add","path":"/active","value":true}]').toString('base64'),
    };
    const answer = await send('transaction', [
      request('GET', 'Observation?subject=Patient/t-kept&code=urn:codes|tx'),
      request('GET', 'Patient/t-kept'),
      request('GET', 'Patient/t-kept/_history'),
      { resource: patch, request: { method: 'PATCH', url: 'Patient/t-kept' } },
      post(observation('Patient/t-kept', 'tx'), {}, 'urn:uuid:o'),
      request('DELETE', 'Patient/t-gone'),
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body['type']).toBe('transaction-response');
    expect(statuses(answer)).toEqual(['200', '200', '200', '200', '201', '204']);
    const [found, read, history, patched, created] = entriesOf(answer);
    expect(found?.resource).toMatchObject({
      type: 'searchset',
      entry: [{ resource: { status: 'final' } }],
    });
    expect(read?.resource).toMatchObject({ active: true, meta: { versionId: '2' } });
    expect(history?.resource).toMatchObject({ type: 'history', total: 2 });
    expect(patched?.response).toMatchObject({
      etag: 'W/"2"',
      location: 'Patient/t-kept/_history/2',
    });
    expect(created?.response['lastModified']).toBeTruthy();
    expect(created?.resource).toBeUndefined();
    expect((await get('/Patient/t-gone')).status).toBe(410);
  });

  it('resolves references between entries, by search, and to what a condition found', async () => {
    await send('transaction', [put({ ...patient('r-known'), id: 'r-known' }, 'Patient/r-known')]);
    const answer = await send(
      'transaction',
      [
        post(observation('urn:uuid:new')),
        post(observation('Patient?identifier=urn:mrn|r-known')),
        post(observation('urn:uuid:known')),
        post(observation('Patient?identifier=urn:mrn|r-new')),
        post(patient('r-new'), {}, 'urn:uuid:new'),
        post(patient('r-known'), { ifNoneExist: 'identifier=urn:mrn|r-known' }, 'urn:uuid:known'),
        put(patient('r-cond'), 'Patient?identifier=urn:mrn|r-cond'),
      ],
      { prefer: 'return=representation' },
    );
    expect(statuses(answer)).toEqual(['201', '201', '201', '201', '201', '200', '201']);
    const fresh = String(entriesOf(answer)[4]?.resource?.['id']);
    const subjects = entriesOf(answer)
      .slice(0, 4)
      .map(({ resource }) => JSON.stringify(resource?.['subject']));
    expect(subjects).toEqual([
      `{"reference":"Patient/${fresh}"}`,
      '{"reference":"Patient/r-known"}',
      '{"reference":"Patient/r-known"}',
      `{"reference":"Patient/${fresh}"}`,
    ]);
  });

  it.each([
    [
      'a version that is not current',
      [put({ ...patient('n'), id: 'n-1' }, 'Patient/n-1', { ifMatch: 'W/"9"' })],
      412,
    ],
    ['a reference to nothing', [post(observation('Patient/never-was'))], 422],
    [
      'a reference by search that finds nothing',
      [post(observation('Patient?identifier=urn:mrn|nobody'))],
      412,
    ],
    ['a read that fails', [request('GET', 'Patient/never-was')], 404],
    [
      'one resource twice',
      [request('DELETE', 'Patient/n-2'), put({ ...patient('n'), id: 'n-2' }, 'Patient/n-2')],
      400,
    ],
  ])('with %s writes nothing, and says which entry', async (_, bad, status) => {
    const answer = await send('transaction', [
      put({ ...patient('all'), id: 'all-or-none' }, 'Patient/all-or-none'),
      ...bad,
    ]);
    expect(answer.status).toBe(status);
    if (status !== 404)
      expect(JSON.stringify(answer.body['issue'])).toMatch(/Bundle\.entry\[[12]\]/);
    expect((await get('/Patient/all-or-none')).status).toBe(404);
  });
});

describe('a batch', () => {
  it('carries out what it can and says for each entry what became of it', async () => {
    const answer = await send('batch', [
      post(patient('b-1')),
      post({ ...patient('b-2'), nonsense: 1 } as unknown as { resourceType: string }),
      post(observation('Patient/never-was')),
      request('GET', 'Patient/never-was'),
      request('GET', 'Patient?identifier=urn:mrn|b-1'),
      put({ ...patient('b-3'), id: 'b-3' }, 'Patient/b-3'),
      put({ ...patient('b-3'), id: 'b-3' }, 'Patient/b-3', { ifNoneMatch: '*' }),
      post(patient('b-1'), { ifNoneExist: 'identifier=urn:mrn|b-1' }),
      request('DELETE', 'Patient?identifier=urn:mrn|nobody'),
    ]);
    expect(answer.status).toBe(200);
    expect(answer.body['type']).toBe('batch-response');
    expect(statuses(answer)).toEqual([
      '201',
      '400',
      '422',
      '404',
      '200',
      '201',
      '412',
      '200',
      '204',
    ]);
    expect(entriesOf(answer)[2]?.response).toMatchObject({
      outcome: { resourceType: 'OperationOutcome', issue: [{ code: 'not-found' }] },
    });
  });

  it('of plain writes goes together, and one by one where one of them is refused', async () => {
    const many = Array.from({ length: 150 }, (_, i) => post(patient(`many-${i}`)));
    const answer = await send('batch', [...many, post(observation('Patient/never-was'))]);
    expect(new Set(statuses(answer).slice(0, 150))).toEqual(new Set(['201']));
    expect(statuses(answer)[150]).toBe('422');
  });
});

describe('Prefer: respond-async', () => {
  it('answers 202 with an address that has the response when it is done', async () => {
    const accepted = await send('batch', [post(patient('async-1'))], { prefer: 'respond-async' });
    expect(accepted.status).toBe(202);
    const path = (accepted.headers.get('content-location') ?? '').replace(/^.*\/fhir\/R4/, '');
    await expect.poll(async () => (await get(path)).status).toBe(200);
    expect(statuses(await get(path))).toEqual(['201']);
    expect((await stage.fhir('importer', path)).status).toBe(404);
    expect((await stage.fhir('clinician', path, { method: 'DELETE' })).status).toBe(202);
    expect((await get(path)).status).toBe(404);
  });
});

describe('history over HTTP', () => {
  it('pages through a type with links, and counts only what it knows to be all', async () => {
    await send(
      'batch',
      Array.from({ length: 5 }, () =>
        post({
          resourceType: 'Flag',
          status: 'active',
          code: { text: 'x' },
          subject: { reference: 'Patient/b-3' },
        } as { resourceType: string }),
      ),
    );
    const whole = await get('/Flag/_history');
    expect(whole.body).toMatchObject({ type: 'history', total: 5 });
    const linkOf = (answer: Answer, relation: string) =>
      (answer.body['link'] as { relation: string; url: string }[]).find(
        (link) => link.relation === relation,
      )?.url;
    const ids: unknown[] = [];
    let path: string | undefined = '/Flag/_history?_count=2';
    while (path !== undefined) {
      const page: Answer = await get(path);
      expect(page.body['total']).toBeUndefined();
      ids.push(...entriesOf(page).map(({ resource }) => resource?.['id']));
      path = linkOf(page, 'next')?.replace(/^.*\/fhir\/R4/, '');
    }
    expect(ids).toEqual(entriesOf(whole).map(({ resource }) => resource?.['id']));
    expect((await get('/_history?_count=3')).body['entry']).toHaveLength(3);
    expect((await get('/Flag/_history?_since=nonsense')).status).toBe(400);
    expect((await get('/Flag/_history?_since=2999-01-01')).body).toMatchObject({ total: 0 });
  });
});
