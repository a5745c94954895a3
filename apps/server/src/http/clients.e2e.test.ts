// Goal: real clients work unmodified. Method: each does what its documentation shows, against a whole
// server, and must get what it asked for.
import { createRequire } from 'node:module';
import { MedplumClient, OperationOutcomeError } from '@medplum/core';
import { Client } from 'fhir-kit-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Serving, serving } from '../testing/serving.ts';

const require = createRequire(import.meta.url);

interface SmartClient {
  create(resource: object): Promise<{ readonly id: string }>;
  update(resource: object): Promise<object>;
  patch(url: string, operations: readonly object[]): Promise<object>;
  delete(url: string): Promise<unknown>;
  request(url: string, options?: object): Promise<object>;
  pages(url: string): AsyncIterable<object>;
  getFhirRelease(): Promise<number>;
}

/** As a server would use it. Its own types bring the browser's globals into all other files. */
const smart = require('fhirclient') as (
  request: object,
  response: object,
  storage: object,
) => { client(state: object): SmartClient };

let stage: Serving;
let base: string;
let token: string;

beforeAll(async () => {
  stage = await serving();
  base = `${stage.server.url}/fhir/R4`;
  token = await stage.tokenOf('clinician');
}, 180_000);
afterAll(() => stage.stop(), 60_000);

const patient = (family: string) => ({
  resourceType: 'Patient' as const,
  name: [{ family, given: ['Ada'] }],
  identifier: [{ system: 'urn:clients', value: family }],
});
const observation = (subject: string, day: number) => ({
  resourceType: 'Observation' as const,
  status: 'final' as const,
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
  subject: { reference: `Patient/${subject}` },
  effectiveDateTime: `2024-01-0${day}`,
});

interface Entry {
  readonly resource?: { readonly resourceType: string; readonly id?: string };
  readonly response?: { readonly status: string };
}
const entriesOf = (bundle: object): readonly Entry[] =>
  (bundle as { entry?: readonly Entry[] }).entry ?? [];

describe('fhirclient', () => {
  const client = () => {
    const nowhere = { get: async () => null, set: async () => null, unset: async () => true };
    return smart({}, {}, nowhere).client({
      serverUrl: base,
      tokenResponse: { access_token: token },
    });
  };

  it('creates, reads, updates, patches and deletes', async () => {
    const created = await client().create(patient('FhirClient'));
    const url = `Patient/${created.id}`;
    expect(await client().request(url)).toMatchObject({ name: [{ family: 'FhirClient' }] });
    await client().update({ ...created, birthDate: '1980-01-01' });
    const operation = { op: 'add', path: '/gender', value: 'female' } as const;
    expect(await client().patch(url, [operation])).toMatchObject({
      gender: 'female',
      birthDate: '1980-01-01',
      meta: { versionId: '3' },
    });
    await client().delete(url);
    await expect(client().request(url)).rejects.toThrow(/410|Gone|deleted/);
  });

  it('follows pages and references', async () => {
    const { id } = await client().create(patient('Pages'));
    for (const day of [1, 2, 3]) await client().create(observation(id, day));
    const found: string[] = [];
    for await (const page of client().pages(`Observation?patient=${id}&_count=2`)) {
      found.push(...entriesOf(page).map(({ resource }) => resource?.id ?? ''));
    }
    expect(new Set(found).size).toBe(3);
    const one = found[0] ?? '';
    const resolved = await client().request(`Observation/${one}`, { resolveReferences: 'subject' });
    expect(resolved).toMatchObject({ subject: { resourceType: 'Patient', id } });
    expect(await client().getFhirRelease()).toBe(4);
  });
});

describe('fhir-kit-client', () => {
  const client = () => new Client({ baseUrl: base, bearerToken: token });

  it('creates, reads, updates, patches, deletes, and reads the history', async () => {
    const body = { ...patient('Kit') };
    const created = await client().create({ resourceType: 'Patient', body });
    const id = String(created['id']);
    const again = { resourceType: 'Patient', id };
    await client().update({ ...again, body: { ...created, birthDate: '1980-01-01' } });
    const jsonPatch = [{ op: 'replace', path: '/birthDate', value: '1981-01-01' }];
    await client().patch({ ...again, jsonPatch: jsonPatch as never });
    expect(await client().vread({ ...again, version: '2' })).toMatchObject({
      birthDate: '1980-01-01',
    });
    expect(entriesOf(await client().history(again))).toHaveLength(3);
    await client().delete(again);
    await expect(client().read(again)).rejects.toMatchObject({ response: { status: 410 } });
  });

  it('searches by GET and POST, in compartments, page by page', async () => {
    const created = await client().create({
      resourceType: 'Patient',
      body: { ...patient('KitPages') },
    });
    const id = String(created['id']);
    for (const day of [1, 2, 3]) {
      await client().create({ resourceType: 'Observation', body: { ...observation(id, day) } });
    }
    const searchParams = { patient: id, _count: '2', _sort: 'date' };
    const first = await client().search({ resourceType: 'Observation', searchParams });
    expect(entriesOf(first)).toHaveLength(2);
    const second = await client().nextPage({ bundle: first as never });
    expect(entriesOf(second ?? {})).toHaveLength(1);
    const posted = await client().search({
      resourceType: 'Observation',
      searchParams,
      options: { postSearch: true },
    });
    expect(entriesOf(posted)).toHaveLength(2);
    const compartment = { resourceType: 'Patient', id };
    const own = await client().search({ resourceType: 'Observation', compartment });
    expect(entriesOf(own)).toHaveLength(3);
    const everything = await client().operation({
      name: 'everything',
      resourceType: 'Patient',
      id,
      method: 'GET',
    });
    expect(entriesOf(everything)).toHaveLength(4);
  });

  it('sends transactions and reads the CapabilityStatement', async () => {
    const uuid = 'urn:uuid:5b2a1a0e-0000-4000-8000-000000000001';
    const entry = [
      {
        fullUrl: uuid,
        resource: patient('KitBundle'),
        request: { method: 'POST', url: 'Patient' },
      },
      {
        resource: { ...observation('x', 1), subject: { reference: uuid } },
        request: { method: 'POST', url: 'Observation' },
      },
    ];
    const body = { resourceType: 'Bundle', type: 'transaction', entry } as const;
    const done = await client().transaction({ body });
    expect(entriesOf(done).map(({ response }) => response?.status.slice(0, 3))).toEqual([
      '201',
      '201',
    ]);
    expect(await client().capabilityStatement()).toMatchObject({ fhirVersion: '4.0.1' });
  });
});

describe('@medplum/core', () => {
  const client = () => {
    const medplum = new MedplumClient({
      baseUrl: stage.server.url,
      fhirUrlPath: 'fhir/R4',
      cacheTime: 0,
      fetch,
    });
    medplum.setAccessToken(token);
    return medplum;
  };

  it('creates, reads, updates, patches and deletes', async () => {
    const medplum = client();
    const created = await medplum.createResource(patient('Medplum'));
    const id = created.id ?? '';
    expect(await medplum.readResource('Patient', id)).toMatchObject({
      name: [{ family: 'Medplum' }],
    });
    await medplum.updateResource({ ...created, birthDate: '1980-01-01' });
    const operations = [{ op: 'add', path: '/gender', value: 'female' }] as const;
    expect(await medplum.patchResource('Patient', id, [...operations])).toMatchObject({
      gender: 'female',
    });
    expect(entriesOf(await medplum.readHistory('Patient', id))).toHaveLength(3);
    expect(await medplum.readVersion('Patient', id, '2')).toMatchObject({
      birthDate: '1980-01-01',
    });
    await medplum.deleteResource('Patient', id);
    await expect(medplum.readResource('Patient', id)).rejects.toBeInstanceOf(OperationOutcomeError);
  });

  it('creates under a condition once, upserts, searches and pages', async () => {
    const medplum = client();
    const query = 'identifier=urn:clients|Once';
    const once = await medplum.createResourceIfNoneExist(patient('Once'), query);
    const twice = await medplum.createResourceIfNoneExist(patient('Once'), query);
    expect(twice.id).toBe(once.id);
    const upserted = await medplum.upsertResource({ ...patient('Once'), active: true }, query);
    expect([upserted.id, upserted.active]).toEqual([once.id, true]);
    for (const day of [1, 2, 3]) {
      await medplum.createResource(observation(once.id ?? '', day));
    }
    const pages: number[] = [];
    const all = medplum.searchResourcePages('Observation', `patient=${once.id}&_count=2`);
    for await (const page of all) pages.push(page.length);
    expect(pages).toEqual([2, 1]);
    expect(await medplum.searchOne('Patient', 'name=once')).toMatchObject({ id: once.id });
    const everything = await medplum.readPatientEverything(once.id ?? '');
    expect(entriesOf(everything)).toHaveLength(4);
  });

  it('sends batches, validates, and exports in bulk', async () => {
    const medplum = client();
    const done = await medplum.executeBatch({
      resourceType: 'Bundle',
      type: 'batch',
      entry: [
        { resource: patient('Batch'), request: { method: 'POST', url: 'Patient' } },
        { request: { method: 'GET', url: 'Patient?name=batch' } },
      ],
    });
    expect(entriesOf(done).map(({ response }) => response?.status.slice(0, 3))).toEqual([
      '201',
      '200',
    ]);
    const wrong = { ...patient('Wrong'), gender: 'purple' } as never;
    expect(await medplum.validateResource(wrong)).toMatchObject({
      issue: [{ severity: 'error', expression: ['Patient.gender'] }],
    });
    const exported = await medplum.bulkExport('Patient', 'Patient', undefined, {
      pollStatusPeriod: 50,
      pollStatusOnAccepted: true,
    });
    // Clinicians read; to take out in bulk is another right.
    expect(exported).toMatchObject({ output: [] });
  });
});
