import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../json.ts';
import { MAX_BUNDLE_ENTRIES } from '../limits.ts';
import { referenceTexts } from '../references.ts';
import type { Resource } from '../resource.ts';
import { hasSharedData, syntheaBundles } from '../testing/shared-data.ts';
import { planTransaction } from './plan-transaction.ts';

const bundle = (entry: JsonValue[], type = 'transaction'): Resource => ({
  resourceType: 'Bundle',
  type,
  entry,
});

const patient = { resourceType: 'Patient' };
const observation = (subject: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: subject },
});
const post = (resource: JsonValue, more: Record<string, JsonValue> = {}, fullUrl?: string) => ({
  ...(fullUrl !== undefined && { fullUrl }),
  resource,
  request: { method: 'POST', url: (resource as { resourceType: string }).resourceType, ...more },
});

function plan(resource: Resource) {
  let next = 0;
  return planTransaction(resource, {
    newId: () => `new-${++next}`,
    base: 'https://here.org/fhir/',
  });
}

function planOf(resource: Resource) {
  const result = plan(resource);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function issuesOf(entries: JsonValue[]) {
  const result = plan(bundle(entries));
  return result.ok ? [] : result.error.map(({ code, expression }) => [code, expression]);
}

describe('planning a transaction', () => {
  it('makes references below the own address relative, in every entry', () => {
    const own = observation('https://here.org/fhir/Patient/7');
    const { entries } = planOf(bundle([post(own)]));
    expect(entries).toMatchObject([{ resource: { subject: { reference: 'Patient/7' } } }]);
  });

  it('assigns ids and points entries at each other, whichever comes first', () => {
    const { entries } = planOf(
      bundle([post(observation('urn:uuid:p')), post(patient, {}, 'urn:uuid:p')]),
    );
    expect(entries).toMatchObject([
      {
        method: 'create',
        index: 0,
        id: 'new-1',
        resource: { subject: { reference: 'Patient/new-2' } },
      },
      { method: 'create', index: 1, type: 'Patient', id: 'new-2', resource: { id: 'new-2' } },
    ]);
  });

  it('follows a created entry that its source knew by another id', () => {
    const known = post({ ...patient, id: '7' }, {}, 'https://there.org/Patient/7');
    const { entries } = planOf(bundle([known, post(observation('Patient/7'))]));
    expect(entries[1]).toMatchObject({ resource: { subject: { reference: 'Patient/new-1' } } });
  });

  it('takes Type/id for ours where another entry updates it', () => {
    const known = post({ ...patient, id: '7' }, {}, 'https://there.org/Patient/7');
    const ours = {
      resource: { ...patient, id: '7' },
      request: { method: 'PUT', url: 'Patient/7' },
    };
    const { entries } = planOf(bundle([known, ours, post(observation('Patient/7'))]));
    expect(entries[1]).toMatchObject({ resource: { subject: { reference: 'Patient/7' } } });
  });

  it('puts deletes first, then creates, updates and reads, each with its place', () => {
    const request = (method: string, url: string) => ({ request: { method, url } });
    const put = { resource: { ...patient, id: '1' }, ...request('PUT', 'Patient/1') };
    const { entries } = planOf(
      bundle([
        request('GET', 'Patient/9/_history/3'),
        { ...put, request: { ...put.request, ifMatch: 'W/"4"' } },
        post(patient, { ifNoneExist: 'identifier=a|b' }),
        request('DELETE', 'https://here.org/fhir/Patient/2'),
        request('DELETE', 'Patient?identifier=x'),
        request('GET', 'Patient?name=x'),
        { resource: { resourceType: 'Parameters' }, ...request('PATCH', 'Patient/3') },
      ]),
    );
    expect(entries).toMatchObject([
      { method: 'delete', index: 3, id: '2' },
      { method: 'delete-matching', index: 4, criteria: 'identifier=x' },
      { method: 'create', index: 2, ifNoneExist: 'identifier=a|b' },
      { method: 'update', index: 1, id: '1', ifMatch: '4' },
      { method: 'patch', index: 6, id: '3', patch: { resourceType: 'Parameters' } },
      { method: 'read', index: 0, id: '9', version: '3' },
      { method: 'read', index: 5, query: 'name=x' },
    ]);
  });

  it('lists each conditional reference once', () => {
    const reference = 'Patient?identifier=a|b';
    const before = planOf(
      bundle([
        post(observation(reference)),
        post(observation(reference)),
        post(patient, { ifNoneExist: 'identifier=c' }, 'urn:uuid:p'),
        post(observation('urn:uuid:p')),
      ]),
    );
    expect(before.conditionalReferences).toEqual([
      { reference, type: 'Patient', query: 'identifier=a|b', entries: [0, 1] },
    ]);
  });

  it('refuses a reference that no entry answers, at its place', () => {
    expect(issuesOf([post(patient), post(observation('urn:uuid:nobody'))])).toEqual([
      ['not-found', 'Bundle.entry[1].resource.subject.reference'],
    ]);
  });

  it('refuses the same resource or fullUrl twice', () => {
    const put = {
      resource: { ...patient, id: '1' },
      request: { method: 'PUT', url: 'Patient/1' },
    };
    expect(issuesOf([put, put])).toEqual([['duplicate', 'Bundle.entry[1].request.url']]);
    expect(issuesOf([post(patient, {}, 'urn:uuid:p'), post(patient, {}, 'urn:uuid:p')])).toEqual([
      ['duplicate', 'Bundle.entry[1].fullUrl'],
    ]);
  });

  it('refuses two creates under one condition', () => {
    const under = post(patient, { ifNoneExist: 'identifier=a|b' });
    expect(issuesOf([under, under])).toEqual([
      ['duplicate', 'Bundle.entry[1].request.ifNoneExist'],
    ]);
  });

  it('validates every resource at its place in the bundle', () => {
    expect(issuesOf([post(patient), post({ ...patient, gender: 'm' })])).toEqual([
      ['code-invalid', 'Bundle.entry[1].resource.gender'],
    ]);
  });

  it.each([
    [{ resource: patient }, 'request'],
    [{ request: { method: 'TRACE', url: 'Patient/1' } }, 'request.method'],
    [{ request: { method: 'PATCH', url: 'Patient/1' } }, 'resource'],
    [{ request: { method: 'GET', url: 'Patient/1/name' } }, 'request.url'],
    [{ request: { method: 'DELETE', url: 'Patient' } }, 'request.url'],
    [{ request: { method: 'DELETE', url: 'Nothing/1' } }, 'request.url'],
    [post(patient, { ifMatch: '4' }), 'request.ifMatch'],
    [post(patient, { url: 'Observation' }), 'resource.resourceType'],
    [{ request: { method: 'POST', url: 'Patient' } }, 'resource'],
    [{ resource: patient, request: { method: 'PUT', url: 'Patient/1' } }, 'resource.id'],
  ])('refuses a malformed entry %#', (entry, part) => {
    expect(issuesOf([entry as JsonValue]).map(([, at]) => at)).toEqual([`Bundle.entry[0].${part}`]);
  });

  it('refuses other bundles and more entries than the limit', () => {
    const types = ['searchset', 'document'].map((type) => plan(bundle([], type)).ok);
    expect(types).toEqual([false, false]);
    const many = Array<JsonValue>(MAX_BUNDLE_ENTRIES + 1).fill(post(patient));
    expect(plan(bundle(many))).toMatchObject({ error: [{ code: 'too-costly' }] });
  });

  it('lets the good entries of a batch go ahead', () => {
    const { kind, entries } = planOf(bundle([post({ ...patient, x: 1 }), post(patient)], 'batch'));
    expect(kind).toBe('batch');
    expect(entries).toMatchObject([
      { method: 'refused', index: 0, issues: [{ expression: 'Bundle.entry[0].resource.x' }] },
      { method: 'create', index: 1 },
    ]);
  });

  it('leaves a stored bundle its own links', () => {
    const inner = bundle(
      [{ fullUrl: 'urn:uuid:q', resource: observation('urn:uuid:r') }],
      'collection',
    );
    const { entries } = planOf(bundle([post(inner)]));
    expect(entries[0]).toMatchObject({ resource: { entry: inner['entry'] } });
  });
});

describe.skipIf(!hasSharedData())('planning Synthea', () => {
  it('resolves every reference of every bundle', () => {
    for (const whole of syntheaBundles()) {
      const { entries } = planOf(whole);
      const texts = entries.flatMap((entry) =>
        'resource' in entry ? referenceTexts(entry.resource).map(({ text }) => text) : [],
      );
      expect(texts.length).toBeGreaterThan(10);
      expect(texts.filter((text) => text.startsWith('urn:'))).toEqual([]);
    }
  });
});
