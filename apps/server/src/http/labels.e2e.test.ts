import { createClient } from '@holdfast/api-contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Serving, serving } from '../testing/serving.ts';

const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm';
const NOTICE = '42 CFR part 2 prohibits unauthorized use or disclosure of these records.';
const PART_2 = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  code: '42CFRPart2',
};

let world: Serving;
beforeAll(async () => {
  world = await serving({ demo: true });
}, 120_000);
afterAll(() => world.stop(), 60_000);

const json = (method: string, body: object, headers: Record<string, string> = {}): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
const condition = (patient: string, code: string, rest: object = {}) => ({
  resourceType: 'Condition',
  clinicalStatus: {
    coding: [
      { system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' },
    ],
  },
  code: { coding: [{ system: ICD10CM, code }] },
  subject: { reference: `Patient/${patient}` },
  ...rest,
});
const put = async (id: string, resource: object): Promise<void> => {
  const body = { ...resource, id };
  const answer = await world.fhir('clinician', `/Condition/${id}`, json('PUT', body));
  expect(answer.status).toBe(201);
};
const status = async (persona: string, id: string) =>
  (await world.fhir(persona, `/Condition/${id}`)).status;

describe('labels by codes', () => {
  it('hide what the starter sets call sensitive from who has no consent for it', async () => {
    await put('label-plain', condition('ben-demo', 'E11.9'));
    await put('label-hiv', condition('ben-demo', 'B20'));
    expect(await status('clinician', 'label-plain')).toBe(200);
    expect(await status('clinician', 'label-hiv')).toBe(404);
  });

  it('follow sets that are loaded: for new data at once, for stored data in the background', async () => {
    const sets = {
      title: 'Diabetes is sensitive here',
      rules: [{ label: 'HIV', system: ICD10CM, beginning: ['E11'] }],
    };
    expect((await world.call('clinician', '/consent/labels', json('POST', sets))).status).toBe(403);
    const loaded = await world.call('compliance-officer', '/consent/labels', json('POST', sets));
    expect(loaded).toMatchObject({ status: 200, body: { version: 1, findings: [] } });
    await put('label-after', condition('ben-demo', 'E11.9'));
    expect(await status('clinician', 'label-after')).toBe(404);

    const progress = async () =>
      (await world.call('compliance-officer', '/consent/labels')).body['relabelling'];
    await expect
      .poll(progress, { timeout: 30_000 })
      .toMatchObject({ finishedAt: expect.any(String) as string });
    expect(await progress()).toMatchObject({ patients: 24, patientsTotal: 24 });
    expect(await status('clinician', 'label-plain')).toBe(404);
    expect(await status('clinician', 'label-hiv')).toBe(200);
  });

  it('are refused with what is wrong with them', async () => {
    const sets = { title: 'Wrong', rules: [{ label: 'NOSUCH', system: ICD10CM, codes: ['1'] }] };
    const refused = await world.call('compliance-officer', '/consent/labels', json('POST', sets));
    expect(refused).toMatchObject({
      status: 422,
      body: { findings: [{ path: 'rules[0].label' }] },
    });
  });

  it('are made again on request', async () => {
    const again = await world.call('compliance-officer', '/consent/labels/relabel', {
      method: 'POST',
    });
    expect(again).toMatchObject({ status: 200, body: { version: 1 } });
  });
});

describe('42 CFR Part 2 data that is released', () => {
  const consent = (patient: string) => ({
    resourceType: 'Consent',
    id: 'part2-consent',
    status: 'active',
    scope: {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' },
      ],
    },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: `Patient/${patient}` },
    dateTime: new Date().toISOString(),
    policyRule: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTIN' }],
    },
    provision: {
      type: 'permit',
      purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'TREAT' }],
    },
  });
  const path = '/Condition/part2';
  const raw = async (address: string, init?: RequestInit) => {
    const token = await tokenOf('clinician');
    const headers = { authorization: `Bearer ${token}`, ...(init?.headers as object) };
    return fetch(`${world.server.url}/fhir/R4${address}`, { ...init, headers });
  };
  const tokenOf = async (persona: string) =>
    (await createClient({ baseUrl: world.server.url, fetch }).issueToken({ persona })).access_token;

  beforeAll(async () => {
    const body = consent('ben-demo');
    await world.fhir('clinician', `/Consent/${body.id}`, json('PUT', body));
    await put('part2', condition('ben-demo', 'I10', { meta: { security: [PART_2] } }));
  });

  const handling = expect.arrayContaining([
    expect.objectContaining({ code: 'NORDSCLCD' }) as object,
  ]) as unknown[];
  const carried = { id: 'part2', meta: { security: handling } };

  it('carries the handling label and the notice on a read', async () => {
    const answer = await raw(path);
    expect(answer.headers.get('redisclosure-notice')).toContain(NOTICE);
    expect(await answer.json()).toMatchObject(carried);
  });

  it.each([
    ['a version', `${path}/_history/1`],
    ['a history', `${path}/_history`],
    ['a search', '/Condition?_id=part2'],
    ['an include', '/Condition?_id=part2&_include=Condition:patient'],
    ['a reverse include', '/Patient?_id=ben-demo&_revinclude=Condition:patient'],
    ['everything of the patient', '/Patient/ben-demo/$everything?_count=100'],
  ])('on %s', async (_, address) => {
    const answer = await raw(address);
    expect(answer.headers.get('redisclosure-notice')).toContain(NOTICE);
    const body = (await answer.json()) as { type?: string; entry?: { resource: object }[] };
    const resources = body.entry?.map(({ resource }) => resource) ?? [body];
    expect(resources.find((each) => 'id' in each && each.id === 'part2')).toMatchObject(carried);
    if (body.type !== 'searchset') return;
    expect(JSON.stringify(resources.at(-1))).toContain(NOTICE);
    expect(resources.at(-1)).toMatchObject({ resourceType: 'OperationOutcome' });
  });

  it.each(['batch', 'transaction'])('on a read in a %s', async (type) => {
    const entry = [{ request: { method: 'GET', url: 'Condition/part2' } }];
    const answer = await raw('', json('POST', { resourceType: 'Bundle', type, entry }));
    expect(answer.headers.get('redisclosure-notice')).toContain(NOTICE);
    const body = (await answer.json()) as { entry: { resource: object }[] };
    expect(body.entry[0]?.resource).toMatchObject(carried);
  });

  it('is not said of other data', async () => {
    const answer = await raw('/Patient/ben-demo');
    expect(answer.headers.get('redisclosure-notice')).toBeNull();
    expect(JSON.stringify(await answer.json())).not.toContain('NORDSCLCD');
  });

  it('is not said where nobody asks for data', async () => {
    const answer = await fetch(`${world.server.url}/health/live`);
    expect(answer.headers.get('redisclosure-notice')).toBeNull();
  });
});
