import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { STARTER_RULEBOOK } from '@holdfast/consent';
import type { TenantId } from '@holdfast/kernel';
import { KeyRing, loadOrCreateLogKeys, ringFile, verifyLog } from '@holdfast/ledger';
import { createPool, deleteEmbeddedData } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STAFF } from './demo/practice.ts';
import { type RunningServer, startServer } from './index.ts';
import { auditRecords } from './testing/audit-records.ts';
import { INFERENCE_PROGRAM } from './testing/inference-program.ts';
import { phq9WithThoughtsOfSelfHarm } from './testing/phq9-response.ts';

const data = mkdtempSync(join(tmpdir(), 'holdfast-slice-'));
let server: RunningServer;
let owner: Pool;

beforeAll(async () => {
  server = await startServer({
    host: '127.0.0.1',
    port: 0,
    dataDirectory: data,
    databaseUrl: undefined,
    environment: 'test',
    demo: true,
    publicUrl: undefined,
    logLevel: 'silent',
    embeddedSettings: { fsync: 'off' },
    inferenceProgram: INFERENCE_PROGRAM,
    onProgress: () => undefined,
  });
  owner = createPool({ url: server.ownerUrl, tenant: 1, max: 2 });
}, 120_000);
afterAll(async () => {
  await owner.end();
  await server.stop();
  await deleteEmbeddedData(join(data, 'postgres'));
  rmSync(data, { recursive: true, force: true });
}, 60_000);

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly [element: string]: unknown };
}

const tokens = new Map<string, string>();
async function tokenOf(persona: string): Promise<string> {
  const known = tokens.get(persona);
  if (known !== undefined) return known;
  const response = await fetch(`${server.url}/development/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  tokens.set(persona, token);
  return token;
}

async function call(persona: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${await tokenOf(persona)}`,
    ...(init.body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
    ...(init.headers as Record<string, string> | undefined),
  };
  const response = await fetch(`${server.url}${path}`, { ...init, headers });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Answer['body']),
  };
}

const fhir = (persona: string, path: string, init?: RequestInit) =>
  call(persona, `/fhir/R4${path}`, init);

const issueOf = (answer: Answer) => (answer.body['issue'] as Record<string, unknown>[])[0] ?? {};

describe('consent', () => {
  it('hides the patient from the denied practitioner from the very next request, and back', async () => {
    const denied = await fhir('second-clinician', '/Patient/ada-demo');
    const absent = await fhir('second-clinician', '/Patient/nobody-here');
    expect([denied.status, absent.status]).toEqual([404, 404]);
    expect(issueOf(denied)).toEqual(issueOf(absent));
    const search = await fhir('second-clinician', '/Observation?patient=ada-demo&_total=accurate');
    expect(search.body).toMatchObject({ total: 0 });
    expect((await fhir('clinician', '/Patient/ada-demo')).status).toBe(200);

    const consent = await fhir('clinician', '/Consent/ada-demo-consent');
    const put = (status: string) =>
      fhir('clinician', '/Consent/ada-demo-consent', {
        method: 'PUT',
        body: JSON.stringify({ ...consent.body, status }),
      });
    for (let round = 0; round < 5; round++) {
      expect((await put('inactive')).status).toBe(200);
      expect((await fhir('second-clinician', '/Patient/ada-demo')).status).toBe(200);
      expect((await put('active')).status).toBe(200);
      expect((await fhir('second-clinician', '/Patient/ada-demo')).status).toBe(404);
    }
  });

  it('leaves a patient their own record and nobody else’s', async () => {
    expect((await fhir('patient', '/Patient/ada-demo')).status).toBe(200);
    const all = await fhir('patient', '/Patient?_total=accurate');
    expect(all.body).toMatchObject({ total: 1 });
  });
});

describe('the consent API', () => {
  const post = (persona: string, path: string, body: unknown) =>
    call(persona, path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  const question = { patient: 'ada-demo', type: 'Observation', action: 'read' };
  const okafor = {
    principal: `Practitioner/${STAFF[1].id}`,
    roles: ['clinician'],
    purposes: ['TREAT'],
  };

  it('says to the denied no more than that it is denied, whoever and whatever there is', async () => {
    const denied = await post('second-clinician', '/consent/explain', question);
    const absent = await post('second-clinician', '/consent/explain', {
      ...question,
      patient: 'nobody-here',
    });
    expect(denied).toMatchObject({ status: 200, body: { verdict: 'deny' } });
    expect({ ...denied.body, decidedAt: '' }).toEqual({ ...absent.body, decidedAt: '' });
    expect(JSON.stringify(denied.body)).not.toContain('Consent/');
  });

  it('shows the patient and the officer which provision denied', async () => {
    const own = await post('patient', '/consent/explain', question);
    expect(own.body).toMatchObject({ verdict: 'permit' });
    const officer = await post('compliance-officer', '/consent/explain', {
      ...question,
      actor: okafor,
    });
    expect(officer.body).toMatchObject({ verdict: 'deny' });
    expect(JSON.stringify(officer.body)).toContain('Consent/ada-demo-consent/_history/');
    const refused = await post('clinician', '/consent/explain', { ...question, actor: okafor });
    expect(refused.status).toBe(403);
  });

  it('decides many questions in order, and leaves a record of each patient', async () => {
    const questions = [question, { ...question, patient: 'nobody-here' }];
    const answers = await Promise.all(
      ['clinician', 'second-clinician'].map((persona) =>
        post(persona, '/consent/decide', { questions }),
      ),
    );
    expect(answers.map(({ body }) => body['verdicts'])).toEqual([
      ['permit', 'deny'],
      ['deny', 'deny'],
    ]);
    const { rows } = await owner.query(
      `select count(*)::int as records from audit where convert_from(leaf, 'UTF8') like '%"decide"%'`,
    );
    expect(rows).toEqual([{ records: 4 }]);
  });

  it('decides a thousand questions at once and refuses one more', async () => {
    const asking = (length: number) =>
      post('clinician', '/consent/decide', { questions: Array.from({ length }, () => question) });
    const { status, body } = await asking(1_000);
    expect([status, (body['verdicts'] as unknown[]).length]).toEqual([200, 1_000]);
    expect((await asking(1_001)).status).toBe(400);
  });

  it('says who would gain and lose what by a draft policy, and by a draft consent', async () => {
    const { domain, policy } = STARTER_RULEBOOK;
    const rules = policy.rules.filter(({ id }) => id !== 'care-read');
    const draft = { policy: { title: 'Draft', domain, rules } };
    expect((await post('clinician', '/consent/what-if', draft)).status).toBe(403);
    const lost = await post('compliance-officer', '/consent/what-if', draft);
    expect(lost).toMatchObject({ status: 200, body: { patients: 24, findings: [] } });
    expect(lost.body['changes']).toContainEqual(
      expect.objectContaining({
        role: 'clinician',
        purpose: 'TREAT',
        action: 'read',
        standing: 'related',
        change: 'loses',
        label: 'ordinary',
        types: expect.arrayContaining(['Observation']) as string[],
        samples: expect.arrayContaining(['ben-demo']) as string[],
      }),
    );
    const wrong = { policy: { ...draft.policy, rules: [{ ...rules[0], id: 'No Id' }] } };
    expect(await post('compliance-officer', '/consent/what-if', wrong)).toMatchObject({
      status: 422,
      body: { findings: [{ path: 'rules[0].id' }], changes: [] },
    });
    const consent = { resourceType: 'Consent', status: 'active', provision: { type: 'deny' } };
    const denied = { patient: 'ben-demo', consent };
    const hidden = await post('compliance-officer', '/consent/what-if', denied);
    expect(hidden.status).toBe(200);
    const changes = hidden.body['changes'] as { change: string; standing: string }[];
    expect(changes.length).toBeGreaterThan(0);
    expect(new Set(changes.map(({ change }) => change))).toEqual(new Set(['loses']));
    const nobody = { ...denied, patient: 'nobody-here' };
    expect((await post('compliance-officer', '/consent/what-if', nobody)).status).toBe(404);
    expect((await fhir('clinician', '/Patient/ben-demo')).status).toBe(200);
  });

  it('stores a policy, puts it in force for the next request, and rolls back', async () => {
    const officer = (path: string, body: unknown) => post('compliance-officer', path, body);
    const { domain, policy } = STARTER_RULEBOOK;
    const reading = async () => (await fhir('clinician', '/Patient/ada-demo')).status;
    const refused = await officer('/consent/policies', { title: 'Empty', domain, rules: [] });
    expect(refused).toMatchObject({ status: 422, body: { findings: [{ path: 'rules' }] } });
    const closed = policy.rules.filter(({ id }) => id !== 'care-read');
    const [shut, open] = [
      await officer('/consent/policies', { title: 'Shut', domain, rules: closed }),
      await officer('/consent/policies', { title: 'Open', domain, rules: policy.rules }),
    ];
    expect(await reading()).toBe(200);
    const inForce = () => call('compliance-officer', '/consent/policies/active');
    const starter = (await inForce()).body as { policy?: { rules: unknown } };
    expect(starter).toMatchObject({ version: 0, name: policy.version });
    expect(starter.policy?.rules).toEqual(JSON.parse(JSON.stringify(policy.rules)));
    // What it shows can be stored as it is.
    expect((await officer('/consent/policies', starter.policy)).status).toBe(200);
    expect((await call('clinician', '/consent/policies/active')).status).toBe(403);
    const activate = (version: unknown) =>
      officer('/consent/policies/active', { version, reason: 'drill' });
    expect((await activate(shut.body['version'])).status).toBe(200);
    expect(await reading()).toBe(404);
    const shown = { version: shut.body['version'], policy: { title: 'Shut' } };
    expect((await inForce()).body).toMatchObject(shown);
    expect((await activate(open.body['version'])).status).toBe(200);
    expect(await reading()).toBe(200);
    expect((await activate(99)).status).toBe(404);
    expect((await post('clinician', '/consent/policies/active', {})).status).toBe(403);
  });

  it('names the member of a body that is wrong', async () => {
    const answer = await post('clinician', '/consent/decide', {
      questions: [question, { ...question, type: 'Nothing' }],
    });
    expect(answer.status).toBe(400);
    expect(issueOf(answer)).toMatchObject({ expression: ['questions[1].type'] });
  });
});

describe('a write', () => {
  it('is versioned, conditional on If-Match, readable in every version, and deletable', async () => {
    const patient = {
      resourceType: 'Patient',
      name: [{ family: 'Slice' }],
      generalPractitioner: [{ reference: 'Practitioner/p-rivera' }],
    };
    const created = await fhir('clinician', '/Patient', {
      method: 'POST',
      body: JSON.stringify(patient),
    });
    expect(created.status).toBe(201);
    const id = String(created.body['id']);
    const put = (family: string, ifMatch: string) =>
      fhir('clinician', `/Patient/${id}`, {
        method: 'PUT',
        headers: { 'if-match': ifMatch },
        body: JSON.stringify({ ...patient, id, name: [{ family }] }),
      });
    expect((await put('Second', 'W/"1"')).status).toBe(200);
    expect((await put('Late', 'W/"1"')).status).toBe(412);
    expect((await fhir('clinician', `/Patient/${id}/_history/1`)).body).toMatchObject(patient);
    expect(
      (await fhir('clinician', `/Patient?name=second&_id=${id}&_total=accurate`)).body,
    ).toMatchObject({ total: 1 });
    expect((await fhir('clinician', `/Patient/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await fhir('clinician', `/Patient/${id}`)).status).toBe(410);
    const history = await fhir('clinician', `/Patient/${id}/_history`);
    expect(history.body['entry']).toHaveLength(3);
  });
});

describe('bad input', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fhir('clinician', '/Patient', { method: 'POST', body, headers });

  it.each([
    ['malformed JSON', () => post('{"resourceType":'), 400],
    ['an unknown element', () => post('{"resourceType":"Patient","nam":[]}'), 422],
    ['another type than the address', () => post('{"resourceType":"Group"}'), 400],
    ['a type that is none', () => fhir('clinician', '/Patiant/1'), 404],
    ['a wrong media type', () => post('<Patient/>', { 'content-type': 'application/xml' }), 415],
    [
      'a wish for XML',
      () => fhir('clinician', '/Patient', { headers: { accept: 'application/fhir+xml' } }),
      406,
    ],
    ['30 MB', () => post(`"${'x'.repeat(30 * 1024 * 1024)}"`), 413],
    [
      'an invalid token',
      () => call('clinician', '/fhir/R4/Patient', { headers: { authorization: 'Bearer x.y.z' } }),
      401,
    ],
    ['an unreadable search', () => fhir('clinician', '/Patient?birthdate=yesterday'), 400],
  ])('%s gets its status and an OperationOutcome with a mend', async (_, send, status) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(answer.body['resourceType']).toBe('OperationOutcome');
    expect(String(issueOf(answer)['diagnostics']).length).toBeGreaterThan(10);
  });

  it('a missing reference names the element', async () => {
    const body = JSON.stringify({
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      subject: { reference: 'Patient/never-was' },
    });
    const answer = await fhir('clinician', '/Observation', { method: 'POST', body });
    expect(answer.status).toBe(422);
    expect(issueOf(answer)['expression']).toEqual(['Observation.subject']);
  });

  it('the CapabilityStatement says whose tokens are taken', async () => {
    const response = await fetch(`${server.url}/fhir/R4/metadata`);
    const { rest } = (await response.json()) as { rest: { security: { description: string } }[] };
    expect(rest[0]?.security.description).toContain('or the development sign-in.');
  });

  it('no token, no patient data', async () => {
    expect((await fetch(`${server.url}/fhir/R4/Patient/ada-demo`)).status).toBe(401);
  });
});

describe('inference', () => {
  it('scores a PHQ-9 with item 9 as tier 0 and writes RiskAssessment and Provenance', async () => {
    const before = await tierZero();
    const body = JSON.stringify(phq9WithThoughtsOfSelfHarm('ada-demo'));
    const created = await fhir('clinician', '/QuestionnaireResponse', { method: 'POST', body });
    expect(created.status).toBe(201);
    await expect.poll(tierZero, { timeout: 90_000 }).toBeGreaterThan(before);
    const basis = `QuestionnaireResponse/${String(created.body['id'])}`;
    await expect
      .poll(
        async () =>
          JSON.stringify(
            (await fhir('clinician', '/RiskAssessment?patient=ada-demo&_count=200')).body,
          ),
        { timeout: 90_000 },
      )
      .toContain(basis);
  }, 200_000);

  const tierZero = async (): Promise<number> => {
    const { body } = await call('operator', '/operations/overview');
    return (
      (body as { inference: { tiers: { completed: number }[] } }).inference.tiers[0]?.completed ?? 0
    );
  };

  it('adds up the vital signs of one moment: the patient of the demo who gets worse is high', async () => {
    const worst = '/RiskAssessment?patient=dmitri-demo&method=news2&risk=high&_sort=-date&_count=1';
    await expect
      .poll(async () => JSON.stringify((await fhir('clinician', worst)).body), { timeout: 20_000 })
      .toContain('emergency');
  });

  it('shows the loss of its back end as a signal with its cause', async () => {
    await expect
      .poll(() => server.inferenceChildren().length, { timeout: 20_000 })
      .toBeGreaterThan(0);
    for (const pid of server.inferenceChildren()) if (pid !== null) process.kill(pid, 'SIGKILL');
    await expect
      .poll(
        async () => JSON.stringify((await call('operator', '/operations/signals?state=all')).body),
        { timeout: 20_000 },
      )
      .toContain('inference-backend-exited');
  });
});

describe('an absent database', () => {
  it('is a signal with the exact patients whose requests it failed, and it comes back', async () => {
    const pid = server.databasePid();
    if (pid === undefined) throw new Error('the embedded database runs');
    process.kill(pid, 'SIGKILL');
    // Sessions outlive their postmaster by a moment.
    await expect
      .poll(async () => (await fhir('clinician', '/Patient/finn-demo')).status, { interval: 20 })
      .toBe(503);
    const { body } = await call('operator', '/operations/signals?state=open');
    expect(body['signals']).toContainEqual(
      expect.objectContaining({
        cause: 'postgres-unavailable',
        patients: { count: 1 },
      }),
    );
    await expect
      .poll(async () => (await fhir('clinician', '/Patient/finn-demo')).status, { timeout: 60_000 })
      .toBe(200);
    await expect
      .poll(
        async () => JSON.stringify((await call('operator', '/operations/signals?state=open')).body),
        { timeout: 60_000 },
      )
      .not.toContain('postgres-unavailable');
  }, 150_000);

  it('names its patients only where the naming is audited, and then says so for each', async () => {
    const lists = ['/operations/signals?state=all', '/operations/overview'];
    const bodies = await Promise.all(
      lists.map(async (path) => (await call('operator', path)).body),
    );
    const { rows: people } = await owner.query<{ id: string }>(
      `select distinct resource_id as id from event where resource_type = 'Patient'`,
    );
    expect(people.length).toBeGreaterThan(0);
    const told = JSON.stringify(bodies);
    expect(people.filter(({ id }) => told.includes(id))).toEqual([]);
    const signals = bodies.flatMap((body) => body['signals'] as { id: string; cause: string }[]);
    const id = signals.find(({ cause }) => cause === 'postgres-unavailable')?.id ?? '';
    const detail = await call('operator', `/operations/signals/${id}`);
    expect(detail.body['patients']).toEqual({ count: 1, ids: ['finn-demo'] });
    const about = await auditRecords(owner, { dataDirectory: data }, 'patient_tag is not null');
    expect(about.filter(({ body }) => body?.target === `signal/${id}`)).toHaveLength(1);
  });
});

const SYNTHEA = new URL('../../../../shared/data/synthea/', import.meta.url);

describe.skipIf(!existsSync(SYNTHEA) && !process.env['CI'])('real input', () => {
  it('a Synthea record loads as one transaction', async () => {
    const file = readdirSync(SYNTHEA).sort()[1] ?? '';
    const body = gunzipSync(readFileSync(new URL(file, SYNTHEA))).toString();
    const answer = await fhir('importer', '', { method: 'POST', body });
    expect(answer.status).toBe(200);
    const sent = (JSON.parse(body) as { entry: unknown[] }).entry.length;
    expect(answer.body['entry']).toHaveLength(sent);
  });
});

describe('the ledger', () => {
  it('verifies, and finds a record that was changed directly in the database', async () => {
    const keys = await loadOrCreateLogKeys(join(data, 'keys'), 'holdfast.local/audit');
    const tenant = 1 as TenantId;
    const ring = await KeyRing.open(ringFile(join(data, 'keys')));
    const verify = () => verifyLog(owner, { tenant, verifier: keys.verifierOf(tenant), ring });
    await expect.poll(async () => (await verify()).size, { timeout: 60_000 }).toBeGreaterThan(0);
    expect(await verify()).toMatchObject({ ok: true, findings: [] });
    await owner.query(
      `update audit set actor = 'Practitioner/somebody-else'
       where ctid = (select ctid from audit order by xid, id limit 1)`,
    );
    expect((await verify()).ok).toBe(false);
  }, 120_000);
});
