import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Serving, serving } from '../testing/serving.ts';

let stage: Serving;

const observation = (n: number) => ({
  resourceType: 'Observation',
  id: `o${n}`,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }], text: 'Heart rate' },
  subject: { reference: 'Patient/ada' },
  effectiveDateTime: `2024-01-0${n}T08:00:00Z`,
});

beforeAll(async () => {
  stage = await serving();
  const put = (resource: { readonly resourceType: string; readonly id: string }) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  });
  const quantity = '{"value":98.60,"unit":"/min"}';
  const body = JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      put({ resourceType: 'Patient', id: 'ada', ...{ name: [{ family: 'Lovelace' }] } }),
      ...[1, 2, 3].map((n) => put({ ...observation(n), ...{ valueQuantity: 0 } })),
    ],
  }).replaceAll('"valueQuantity":0', `"valueQuantity":${quantity}`);
  const loaded = await stage.fhir('clinician', '', { method: 'POST', body });
  if (loaded.status !== 200) throw new Error(loaded.text);
}, 120_000);
afterAll(() => stage.stop(), 60_000);

const get = (path: string, headers: Record<string, string> = {}) =>
  stage.fhir('clinician', path, { headers });

interface Entry {
  readonly fullUrl: string;
  readonly resource: { readonly id: string; readonly resourceType: string };
  readonly search: { readonly mode: string };
}
const entries = ({ body }: Answer) => (body['entry'] ?? []) as readonly Entry[];
const names = (answer: Answer) =>
  entries(answer).map(({ resource, search }) =>
    search.mode === 'outcome'
      ? 'outcome'
      : `${search.mode} ${resource.resourceType}/${resource.id}`,
  );
const link = ({ body }: Answer, relation: string) =>
  (body['link'] as { relation: string; url: string }[]).find((one) => one.relation === relation)
    ?.url;

describe('a search by HTTP', () => {
  it('goes on by its next link, which carries what was used, until there is none', async () => {
    const first = await get('/Observation?patient=ada&_count=2&_sort=date&nonsense=1');
    expect(names(first)).toEqual(['match Observation/o1', 'match Observation/o2', 'outcome']);
    expect(link(first, 'self')).toContain('/Observation?patient=ada&_count=2&_sort=date');
    expect(link(first, 'self')).not.toContain('nonsense');
    const next = (link(first, 'next') ?? '').split('/fhir/R4')[1] ?? '';
    const second = await get(next);
    expect(names(second)).toEqual(['match Observation/o3']);
    expect(link(second, 'next')).toBeUndefined();
  });

  it('is the same by POST _search, with parameters in the address and in the form', async () => {
    const answer = await stage.fhir('clinician', '/Observation/_search?_sort=-date', {
      method: 'POST',
      body: 'patient=ada&_count=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(names(answer)).toEqual(['match Observation/o3']);
    expect(link(answer, 'self')).toContain('/Observation?_sort=-date&patient=ada&_count=1');
  });

  it('includes what is pointed at and what points here, once each, beside the matches', async () => {
    const observations = await get('/Observation?patient=ada&_include=Observation:subject');
    expect(names(observations)).toEqual([
      'match Observation/o3',
      'match Observation/o2',
      'match Observation/o1',
      'include Patient/ada',
    ]);
    const patients = await get('/Patient?_id=ada&_revinclude=Observation:patient');
    expect(names(patients)[0]).toBe('match Patient/ada');
    expect(names(patients)).toHaveLength(4);
  });

  it('looks into a compartment, at one type or all', async () => {
    expect(names(await get('/Patient/ada/Observation?_count=1'))).toEqual(['match Observation/o3']);
    const all = await get('/Patient/ada/*?_total=accurate');
    expect(all.body['total']).toBe(4);
  });

  it('looks through several types, or everything', async () => {
    const several = await get('?_type=Patient,Observation&_id=ada,o1');
    expect(new Set(names(several))).toEqual(new Set(['match Patient/ada', 'match Observation/o1']));
    expect((await get('?_lastUpdated=gt2200-01-01&_total=accurate')).body['total']).toBe(0);
  });

  it('counts without rows, and cuts elements without touching a digit', async () => {
    const counted = await get('/Observation?patient=ada&_summary=count');
    expect(counted.body['total']).toBe(3);
    expect(entries(counted)).toEqual([]);
    const cut = await get('/Observation?_id=o1&_elements=value');
    expect(cut.text).toContain('"value":98.60');
    expect(cut.text).not.toContain('effectiveDateTime');
  });

  it('refuses what it does not understand when told to be strict', async () => {
    const strict = await get('/Observation?nonsense=1', { prefer: 'handling=strict' });
    expect(strict.status).toBe(400);
    expect(strict.text).toContain('nonsense');
    expect((await get('/Observation?date=yesterday')).status).toBe(400);
    expect((await get('/Observation?_cursor=made-up')).status).toBe(400);
  });
});
