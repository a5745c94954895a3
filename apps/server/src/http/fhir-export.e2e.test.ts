import { join } from 'node:path';
import type { TenantId } from '@holdfast/kernel';
import { type LogKeys, loadLogKeys } from '@holdfast/ledger';
import { createPool } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditRecords } from '../testing/audit-records.ts';
import { type Answer, type Serving, serving } from '../testing/serving.ts';
import { LOG_ORIGIN } from '../verify-records.ts';

const tenant = 1 as TenantId;
let stage: Serving;
let owner: Pool;
let keys: LogKeys;

beforeAll(async () => {
  stage = await serving({ demo: true });
  owner = createPool({ url: stage.server.ownerUrl, tenant, max: 2 });
  keys = await loadLogKeys(join(stage.dataDirectory, 'keys'), LOG_ORIGIN);
}, 180_000);
afterAll(async () => {
  await owner.end();
  await stage.stop();
}, 60_000);

interface Manifest {
  readonly transactionTime: string;
  readonly request: string;
  readonly requiresAccessToken: boolean;
  readonly output: readonly {
    readonly type: string;
    readonly url: string;
    readonly count: number;
  }[];
  readonly error: readonly unknown[];
}
interface Exported {
  readonly resourceType: string;
  readonly id: string;
  readonly meta?: { readonly tag?: readonly { readonly code: string }[] };
  readonly [element: string]: unknown;
}

const RESPOND_ASYNC = { prefer: 'respond-async', accept: 'application/fhir+json' };
const below = (url: string | null) => (url ?? '').split('/fhir/R4')[1] ?? '';

async function kickOff(persona: string, path: string, init: RequestInit = {}): Promise<string> {
  const headers = { ...RESPOND_ASYNC, ...(init.headers as Record<string, string>) };
  const answer = await stage.fhir(persona, path, { ...init, headers });
  expect([answer.status, answer.text]).toEqual([202, '']);
  return below(answer.headers.get('content-location'));
}

async function finished(persona: string, status: string): Promise<Answer> {
  let answer: Answer | undefined;
  await expect
    .poll(async () => {
      answer = await stage.fhir(persona, status);
      return answer.status;
    })
    .not.toBe(202);
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

async function manifestOf(persona: string, path: string, init?: RequestInit): Promise<Manifest> {
  const answer = await finished(persona, await kickOff(persona, path, init));
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'application/json; charset=utf-8',
  ]);
  expect(Date.parse(answer.headers.get('expires') ?? '')).toBeGreaterThan(Date.now());
  return answer.body as unknown as Manifest;
}

async function download(persona: string, url: string, id = 'file-download') {
  const headers = { accept: 'application/fhir+ndjson', 'x-request-id': id };
  const answer = await stage.fhir(persona, below(url), { headers });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'application/fhir+ndjson',
  ]);
  const lines = answer.text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Exported);
}

async function all(persona: string, { output }: Manifest): Promise<Exported[]> {
  const found: Exported[] = [];
  for (const { type, url, count } of output) {
    const resources = await download(persona, url);
    expect([type, resources.length]).toEqual([type, count]);
    expect(resources.every(({ resourceType }) => resourceType === type)).toBe(true);
    found.push(...resources);
  }
  return found;
}

const names = (resources: readonly Exported[]) =>
  resources.map(({ resourceType, id }) => `${resourceType}/${id}`).sort();

describe('an export', () => {
  it('of all patients is, for a patient, their own record: what $everything says of it', async () => {
    // Scores are still being written for the demo's patients, so not of all types.
    const types = '_type=Patient,Observation,Condition,Encounter,Consent,QuestionnaireResponse';
    const manifest = await manifestOf('patient', `/Patient/$export?${types}`);
    expect(manifest).toMatchObject({ requiresAccessToken: true, error: [] });
    expect(manifest.request).toContain('/fhir/R4/Patient/$export');
    const everything = await stage.fhir(
      'patient',
      `/Patient/ada-demo/$everything?_count=1000&${types}`,
    );
    const entry = everything.body['entry'] as { resource: Exported; search: { mode: string } }[];
    const own = entry.filter(({ search }) => search.mode === 'match');
    expect(names(await all('patient', manifest))).toEqual(
      names(own.map(({ resource }) => resource)),
    );
  });

  it('takes types, filters, elements and a time since', async () => {
    const filter = encodeURIComponent('Observation?code=http://loinc.org|8867-4');
    const chosen = await manifestOf(
      'patient',
      `/Patient/$export?_type=Patient,Observation&_typeFilter=${filter}&_elements=Patient.name,id`,
    );
    const resources = await all('patient', chosen);
    expect(new Set(chosen.output.map(({ type }) => type))).toEqual(
      new Set(['Patient', 'Observation']),
    );
    for (const resource of resources) {
      expect(resource.meta?.tag?.map(({ code }) => code)).toEqual(['SUBSETTED']);
      expect(resource['birthDate']).toBeUndefined();
      expect('name' in resource).toBe(resource.resourceType === 'Patient');
    }
    const later = await manifestOf('patient', '/Patient/$export?_since=2200-01-01T00:00:00Z');
    expect(later.output).toEqual([]);
    const posted = await manifestOf('patient', '/Patient/$export', {
      method: 'POST',
      body: JSON.stringify({
        resourceType: 'Parameters',
        parameter: [{ name: '_type', valueString: 'Patient' }],
      }),
    });
    expect(posted.output).toMatchObject([{ type: 'Patient', count: 1 }]);
  });

  it('decides each row when it goes out: a consent withdrawn after the count holds', async () => {
    const manifest = await manifestOf('researcher', '/Patient/$export?_type=Patient,Observation');
    const before = await all('researcher', manifest);
    expect(names(before)).toContain('Patient/esi-demo');
    const consent = await stage.fhir('clinician', '/Consent/esi-demo-consent');
    const put = (status: string) =>
      stage.fhir('clinician', '/Consent/esi-demo-consent', {
        method: 'PUT',
        body: JSON.stringify({ ...consent.body, status }),
      });
    expect((await put('inactive')).status).toBe(200);
    for (const { url } of manifest.output) expect(await download('researcher', url)).toEqual([]);
    await put('active');
    expect(names(await all('researcher', manifest))).toEqual(names(before));
  });

  it('leaves one record for each patient in a file, before it goes out', async () => {
    const { output } = await manifestOf('researcher', '/Patient/$export?_type=Observation');
    await download('researcher', output[0]?.url ?? '', 'one-patient-file');
    const records = (await auditRecords(owner, stage)).filter(
      ({ body }) => body?.request === 'one-patient-file',
    );
    const esi = keys.tagKey.tag({ kind: 'patient', tenant, value: 'esi-demo' });
    expect(records.map(({ patientTag }) => patientTag?.equals(esi))).toEqual([true]);
  });

  it('of a Group is of its active members, whatever else their rows name', async () => {
    const group = {
      resourceType: 'Group',
      id: 'cohort',
      type: 'person',
      actual: true,
      member: [
        { entity: { reference: 'Patient/esi-demo' } },
        { entity: { reference: 'Patient/esi-demo' }, inactive: true },
      ],
    };
    const put = await stage.fhir('importer', '/Group/cohort', {
      method: 'PUT',
      body: JSON.stringify(group),
    });
    expect(put.status).toBe(201);
    const cohort = await manifestOf(
      'researcher',
      '/Group/cohort/$export?_type=Observation,Patient',
    );
    const everybody = await manifestOf('researcher', '/Patient/$export?_type=Observation,Patient');
    expect(names(await all('researcher', cohort))).toEqual(
      names(await all('researcher', everybody)),
    );
    expect((await stage.fhir('patient', '/Group/cohort/$export')).status).toBe(404);
    expect((await stage.fhir('patient', '/Group/nothing/$export')).status).toBe(404);
  });

  it('of the system has what is no patient’s too, as far as the token may take it out', async () => {
    const { output } = await manifestOf('researcher', '/$export');
    expect(output.map(({ type }) => type)).not.toContain('Organization');
    expect(output.map(({ type }) => type)).toContain('Patient');
    // Whoever may read but not take out gets nothing.
    expect((await manifestOf('clinician', '/$export?_type=Patient')).output).toEqual([]);
  });

  it('is there for its sender alone, until it is deleted', async () => {
    const status = await kickOff('patient', '/Patient/$export?_type=Patient');
    const done = (await finished('patient', status)).body as unknown as Manifest;
    const file = below(done.output[0]?.url ?? '');
    for (const path of [status, file]) {
      expect((await stage.fhir('researcher', path)).status).toBe(404);
    }
    expect((await stage.fhir('patient', `${status}/1.ndjson`)).status).toBe(404);
    expect((await stage.fhir('patient', `${status}/x`)).status).toBe(404);
    expect((await stage.fhir('patient', '/$async/nonsense')).status).toBe(404);
    expect((await stage.fhir('researcher', status, { method: 'DELETE' })).status).toBe(404);
    expect((await stage.fhir('patient', status, { method: 'DELETE' })).status).toBe(202);
    for (const path of [status, file]) {
      expect((await stage.fhir('patient', path)).status).toBe(404);
    }
  });

  it('is refused where it cannot be read, or in part', async () => {
    const status = async (query: string, headers: Record<string, string> = {}) =>
      (await stage.fhir('patient', `/Patient/$export?${query}`, { headers })).status;
    expect(await status('_outputFormat=text/csv')).toBe(400);
    expect(await status('_type=Organization')).toBe(400);
    expect(await status('_typeFilter=Observation%3Fnonsense%3D1')).toBe(400);
    expect(await status('_typeFilter=Observation%3F_sort%3Ddate')).toBe(400);
    expect(await status('includeAssociatedData=x')).toBe(400);
    expect(
      await status('_type=Patient&nonsense=x', { prefer: 'respond-async,handling=lenient' }),
    ).toBe(202);
  });
});

describe('an asynchronous bundle', () => {
  const send = (persona: string, entry: object[], type = 'transaction', prefer = '') =>
    kickOff(persona, '', {
      method: 'POST',
      body: JSON.stringify({ resourceType: 'Bundle', type, entry }),
      headers: { prefer: `respond-async${prefer}` },
    });
  const read = (url: string) => ({ request: { method: 'GET', url } });
  const observation = (id: string, patient: string) => ({
    resource: {
      resourceType: 'Observation',
      id,
      status: 'final',
      code: { text: 'x' },
      subject: { reference: `Patient/${patient}` },
    },
    request: { method: 'PUT', url: `Observation/${id}` },
  });
  const entries = ({ body }: Answer) =>
    body['entry'] as { resource?: Exported; response: { status: string } }[];

  it('shows what it read and wrote as it may be seen when the answer is fetched', async () => {
    const status = await send(
      'clinician',
      [
        observation('later-1', 'esi-demo'),
        read('Patient/esi-demo'),
        read('Observation?_id=later-1'),
      ],
      'transaction',
      ', return=representation',
    );
    const shown = entries(await finished('clinician', status));
    expect(shown.map(({ resource }) => resource?.resourceType)).toEqual([
      'Observation',
      'Patient',
      'Bundle',
    ]);
    const kept = await owner.query<{ all: string }>(
      `select string_agg(r.asked::text || p.content, '') as all
        from async_request r join async_part p on p.request = r.id`,
    );
    expect(kept.rows[0]?.all).not.toContain('Fofana');
    expect(kept.rows[0]?.all).not.toContain('"subject"');
    await owner.query(
      `update patient_state set consent_class = -1 where patient_id = 'esi-demo' and tenant = 1`,
    );
    const hidden = entries(await stage.fhir('clinician', status));
    await owner.query(
      `update patient_state set consent_class = 0 where patient_id = 'esi-demo' and tenant = 1`,
    );
    expect(hidden.map(({ resource }) => resource?.resourceType)).not.toContain('Patient');
  });

  it('that is refused says so and leaves nothing', async () => {
    const status = await send('clinician', [
      observation('later-2', 'esi-demo'),
      observation('later-3', 'nobody'),
    ]);
    const answer = await finished('clinician', status);
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('entry[1]')]);
    expect((await stage.fhir('clinician', '/Observation/later-2')).status).toBe(404);
  });

  it('as a batch carries out what it can', async () => {
    const status = await send(
      'clinician',
      [
        observation('later-4', 'esi-demo'),
        observation('later-5', 'nobody'),
        read('Observation/later-4'),
        { request: { method: 'DELETE', url: 'Observation/later-4' } },
      ],
      'batch',
    );
    const statuses = entries(await finished('clinician', status)).map(({ response }) =>
      response.status.slice(0, 3),
    );
    // Deletes come first, whatever their place.
    expect(statuses).toEqual(['201', '422', '200', '404']);
  });
});
