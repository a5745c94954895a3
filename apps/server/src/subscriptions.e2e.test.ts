import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type RunningServer, startServer } from './index.ts';
import { INFERENCE_PROGRAM } from './testing/inference-program.ts';

/** Waits as long as a busy machine may take. */
const eventually = <Value>(value: () => Value) => expect.poll(value, { timeout: 20_000 });

const BACKPORT = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition';
const CROSS = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-SubscriptionTopic';
const TOPIC = 'http://clinic.example/topics/observations';

const data = mkdtempSync(join(tmpdir(), 'holdfast-subscriptions-'));
let server: RunningServer;
let owner: Pool;
let receiver: Server;
let endpoint: string;
const bodies = new Map<string, string[]>();

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const path = request.url ?? '';
      bodies.set(path, [...(bodies.get(path) ?? []), body]);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
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
    subscriptions: { trustedHosts: ['127.0.0.1'] },
    inferenceProgram: INFERENCE_PROGRAM,
    onProgress: () => undefined,
  });
  owner = createPool({ url: server.ownerUrl, tenant: 1, max: 2 });
}, 120_000);
afterAll(async () => {
  await owner.end();
  await server.stop();
  receiver.closeAllConnections();
  receiver.close();
  rmSync(data, { recursive: true, force: true });
}, 60_000);

interface Answer {
  readonly status: number;
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

async function fhir(
  persona: string,
  path: string,
  sent?: { readonly method?: string; readonly body?: unknown; readonly prefer?: string },
): Promise<Answer> {
  const response = await fetch(`${server.url}/fhir/R4${path}`, {
    method: sent?.method ?? (sent?.body === undefined ? 'GET' : 'POST'),
    headers: {
      authorization: `Bearer ${await tokenOf(persona)}`,
      ...(sent?.prefer !== undefined && { prefer: sent.prefer }),
      ...(sent?.body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
    },
    ...(sent?.body === undefined ? {} : { body: JSON.stringify(sent.body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === '' ? {} : (JSON.parse(text) as Answer['body']),
  };
}

const topic = {
  resourceType: 'Basic',
  code: { coding: [{ system: 'http://hl7.org/fhir/fhir-types', code: 'SubscriptionTopic' }] },
  extension: [
    { url: `${CROSS}.url`, valueUri: TOPIC },
    {
      url: `${CROSS}.resourceTrigger`,
      extension: [
        { url: 'resource', valueUri: 'Observation' },
        { url: 'supportedInteraction', valueCode: 'create' },
      ],
    },
    { url: `${CROSS}.canFilterBy`, extension: [{ url: 'filterParameter', valueString: 'code' }] },
  ],
};

const subscription = (path: string, code: string, type = 'rest-hook') => ({
  resourceType: 'Subscription',
  status: 'requested',
  reason: 'test',
  criteria: TOPIC,
  _criteria: {
    extension: [{ url: `${BACKPORT}/backport-filter-criteria`, valueString: `code=${code}` }],
  },
  channel: {
    type,
    ...(type === 'rest-hook' && { endpoint: `${endpoint}${path}` }),
    payload: 'application/fhir+json',
    _payload: {
      extension: [{ url: `${BACKPORT}/backport-payload-content`, valueCode: 'full-resource' }],
    },
  },
});

/** Nothing is ever sent for it. */
const offSubscription = {
  resourceType: 'Subscription',
  status: 'off',
  reason: 'test',
  criteria: 'Observation?code=9-9',
  channel: { type: 'websocket', payload: 'application/fhir+json' },
};

const weight = (patient: string, code: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code }] },
  subject: { reference: `Patient/${patient}` },
  effectiveDateTime: '2026-11-01T08:00:00Z',
  valueQuantity: { value: 70, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
});

interface Announced {
  readonly interaction: readonly { readonly code: string }[];
  readonly type: string;
  readonly supportedProfile?: readonly string[];
  readonly searchParam: readonly { readonly name: string }[];
  readonly operation: readonly { readonly name: string }[];
}

async function subscribe(persona: string, body: unknown): Promise<string> {
  let answer: Answer | undefined;
  // The topic is known a moment after it was created.
  await eventually(async () => {
    answer = await fhir(persona, '/Subscription', { body });
    return answer.status;
  }).toBe(201);
  const id = String(answer?.body['id']);
  await eventually(async () => (await fhir(persona, `/Subscription/${id}`)).body['status']).toBe(
    'active',
  );
  return id;
}

/** A FHIRPath Patch that replaces one element of a Subscription. */
function patchOf(path: string, value: string) {
  const key = path.endsWith('endpoint') ? 'valueUrl' : 'valueString';
  const part = [
    { name: 'type', valueCode: 'replace' },
    { name: 'path', valueString: `Subscription.${path}` },
    { name: 'value', [key]: value },
  ];
  return { resourceType: 'Parameters', parameter: [{ name: 'operation', part }] };
}

function numbersOf(text: string): string[] {
  return [...text.matchAll(/"event-number","valueString":"(\d+)"/g)].map((each) => each[1] ?? '');
}

describe('subscriptions on the product', () => {
  it('tell each subscriber what its own consent decision lets through, audited, counted by that', async () => {
    expect((await fhir('clinician', '/Basic', { body: topic })).status).toBe(201);
    const first = await subscribe('clinician', subscription('/rivera', '3141-9'));
    await subscribe('second-clinician', subscription('/okafor', '3141-9'));
    // Ada keeps the second clinician out; everybody may see the other patient.
    const other = await fhir('clinician', '/Patient?_count=50');
    const patients = (other.body['entry'] as { resource: { id: string } }[]).map(
      (each) => each.resource.id,
    );
    const open: string[] = [];
    for (const id of patients) {
      const seen = await fhir('second-clinician', `/Patient/${id}`);
      if (seen.status === 200) open.push(id);
    }
    const shared = open[0] ?? '';
    expect(shared).not.toBe('');
    for (const patient of ['ada-demo', shared, 'ada-demo', shared]) {
      const made = await fhir('clinician', '/Observation', { body: weight(patient, '3141-9') });
      expect(made.status).toBe(201);
    }
    await eventually(() => (bodies.get('/rivera') ?? []).flatMap(numbersOf)).toEqual([
      '1',
      '2',
      '3',
      '4',
    ]);
    await eventually(() => (bodies.get('/okafor') ?? []).flatMap(numbersOf)).toEqual(['1', '2']);
    expect((bodies.get('/okafor') ?? []).join()).not.toContain('ada-demo');
    expect((bodies.get('/rivera') ?? []).join()).toContain('"reference":"Patient/ada-demo"');
    const { rows } = await owner.query<{ n: number }>(
      `select count(*)::int as n from audit
        where convert_from(leaf, 'utf8') like '%"type":"notification"%'`,
    );
    expect(rows[0]?.n).toBeGreaterThanOrEqual(6);

    const status = await fhir('clinician', `/Subscription/${first}/$status`);
    expect(JSON.stringify(status.body)).toContain(
      '{"name":"events-since-subscription-start","valueString":"4"}',
    );
    const events = await fhir(
      'clinician',
      `/Subscription/${first}/$events?eventsSinceNumber=2&eventsUntilNumber=3`,
    );
    expect(numbersOf(JSON.stringify(events.body))).toEqual(['2', '3']);
    const again = await fhir('clinician', `/Subscription/${first}/$resend?eventsSinceNumber=4`, {
      method: 'POST',
      body: { resourceType: 'Parameters' },
    });
    expect(again.status).toBe(200);
    expect((bodies.get('/rivera') ?? []).flatMap(numbersOf).at(-1)).toBe('4');
    for (const [instant, status] of [
      ['2100-01-01T00:00:00Z', 200],
      ['yesterday', 400],
    ] as const) {
      const sent = (bodies.get('/rivera') ?? []).length;
      const none = await fhir(
        'clinician',
        `/Subscription/${first}/$resend?eventsSinceInstant=${instant}`,
      );
      expect([none.status, (bodies.get('/rivera') ?? []).length]).toEqual([status, sent]);
    }
  }, 60_000);

  it('belong to their subscriber: others neither read, search, change nor ask about them', async () => {
    const id = await subscribe('clinician', subscription('/own', '3141-9'));
    const own = await fhir('clinician', '/Subscription?status=active');
    expect(JSON.stringify(own.body)).toContain(id);
    const theirs = await fhir('second-clinician', '/Subscription?status=active');
    expect(JSON.stringify(theirs.body)).not.toContain(id);
    for (const path of [
      `/Subscription/${id}`,
      `/Subscription/${id}/$status`,
      `/Subscription/${id}/$events`,
      `/Subscription/${id}/$signing-secret`,
    ]) {
      expect((await fhir('second-clinician', path)).status, path).toBe(404);
    }
    const stolen = { ...subscription('/stolen', '3141-9'), id };
    const put = { method: 'PUT', body: stolen };
    expect((await fhir('second-clinician', `/Subscription/${id}`, put)).status).toBe(404);
    expect(
      (await fhir('second-clinician', `/Subscription/${id}`, { method: 'DELETE' })).status,
    ).toBe(404);
    const { id: _, ...anew } = stolen;
    const where = `url=${encodeURIComponent(`${endpoint}/own`)}`;
    const conditional: readonly [string, unknown][] = [
      ['PUT', anew],
      ['PATCH', patchOf('reason', 'taken')],
      ['DELETE', undefined],
    ];
    for (const [method, body] of conditional) {
      const answer = await fhir('second-clinician', `/Subscription?${where}`, { method, body });
      expect([method, answer.status]).toEqual([method, 422]);
    }
    const entry = { resource: anew, request: { method: 'POST', url: 'Subscription' } };
    const unless = { ...entry, request: { ...entry.request, ifNoneExist: where } };
    const bundle = { resourceType: 'Bundle', type: 'transaction', entry: [unless] };
    const refused = await fhir('second-clinician', '', { method: 'POST', body: bundle });
    expect([refused.status, JSON.stringify(refused.body)]).toEqual([
      422,
      expect.stringContaining('Bundle.entry[0]'),
    ]);
    const patch = patchOf('reason', 'taken');
    const path = `/Subscription/${id}`;
    const patched = await fhir('second-clinician', path, { method: 'PATCH', body: patch });
    expect(patched.status).toBe(404);
    const inside = patchOf('channel.endpoint', 'https://10.0.0.1/');
    const moved = await fhir('clinician', path, { method: 'PATCH', body: inside });
    expect([moved.status, JSON.stringify(moved.body)]).toEqual([
      422,
      expect.stringContaining('Subscription.channel.endpoint'),
    ]);
    const renamed = await fhir('clinician', path, { method: 'PATCH', body: patch });
    expect(renamed.status).toBe(200);
    const secret = await fhir('clinician', `/Subscription/${id}/$signing-secret`);
    expect(JSON.stringify(secret.body)).toContain('whsec_');
    expect((await fhir('clinician', `/Subscription/${id}`, { method: 'DELETE' })).status).toBe(204);
    await eventually(
      async () => (await fhir('clinician', `/Subscription/${id}/$status`)).status,
    ).toBe(404);
  }, 60_000);

  it('are of their subscriber from the commit on, also before the group has handled them', async () => {
    await eventually(
      async () => (await fhir('clinician', '/Subscription', { body: offSubscription })).status,
    ).toBe(201);
    const holder = await owner.connect();
    // A write transaction elsewhere: no group handles what is committed meanwhile.
    await holder.query('begin');
    await holder.query('select pg_current_xact_id()');
    try {
      const made = await fhir('clinician', '/Subscription', { body: offSubscription });
      const path = `/Subscription/${String(made.body['id'])}`;
      expect((await fhir('clinician', path)).status).toBe(200);
      const stolen = { ...offSubscription, id: made.body['id'] };
      const labels = { resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta: {} }] };
      for (const [method, at, body] of [
        ['GET', path, undefined],
        ['PUT', path, stolen],
        ['PATCH', path, patchOf('reason', 'taken')],
        // Says what is there, were it run.
        ['PATCH', path, patchOf('nothing[0].here', 'taken')],
        ['POST', `${path}/$meta-add`, labels],
        ['DELETE', path, undefined],
      ] as const) {
        const answer = await fhir('second-clinician', at, { method, body });
        expect([method, answer.status]).toEqual([method, 404]);
      }
      const entry = { resource: stolen, request: { method: 'PUT', url: path.slice(1) } };
      for (const type of ['transaction', 'batch']) {
        const bundle = { resourceType: 'Bundle', type, entry: [entry] };
        const answer = await fhir('second-clinician', '', { body: bundle });
        expect(JSON.stringify(answer), type).toContain('404');
      }
      expect((await fhir('clinician', path)).body['reason']).toBe('test');
      const changed = await fhir('clinician', path, {
        method: 'PATCH',
        body: patchOf('reason', 'mine'),
      });
      expect(changed.status).toBe(200);
      expect((await fhir('clinician', path, { method: 'DELETE' })).status).toBe(204);
      // Its secret and tokens hang on the id.
      const again = await fhir('second-clinician', path, { method: 'PUT', body: stolen });
      expect(again.status).toBe(404);
    } finally {
      await holder.query('rollback');
      holder.release();
    }
  }, 60_000);

  it('belong to one of two who write the same new id at once', async () => {
    for (let round = 0; round < 5; round++) {
      const id = `contested-${round}`;
      const put = { method: 'PUT', body: { ...offSubscription, id } };
      const answers = await Promise.all([
        fhir('clinician', `/Subscription/${id}`, put),
        fhir('second-clinician', `/Subscription/${id}`, put),
      ]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 404]);
    }
  });

  it('are read in a batch, in a transaction and by $meta as alone, by their subscriber', async () => {
    const id = await subscribe('clinician', subscription('/batched', '5-5'));
    const get = (url: string) => ({ request: { method: 'GET', url } });
    const url = `Subscription?url=${encodeURIComponent(`${endpoint}/batched`)}`;
    for (const type of ['batch', 'transaction']) {
      const bundle = {
        resourceType: 'Bundle',
        type,
        entry: [get(`Subscription/${id}`), get(url)],
      };
      const own = await fhir('clinician', '', { body: bundle });
      const [one, found] = own.body['entry'] as Record<string, { id: string; total: number }>[];
      expect([one?.['resource']?.id, found?.['resource']?.total], type).toEqual([id, 1]);
    }
    const bundle = { resourceType: 'Bundle', type: 'batch', entry: [get(`Subscription/${id}`)] };
    const theirs = await fhir('second-clinician', '', { body: bundle });
    expect(JSON.stringify(theirs.body)).toContain('"status":"404');
    expect((await fhir('clinician', `/Subscription/${id}/$meta`)).status).toBe(200);
    expect((await fhir('second-clinician', `/Subscription/${id}/$meta`)).status).toBe(404);
    const anew = { ...offSubscription, id: 'within-1' };
    const both = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { resource: anew, request: { method: 'PUT', url: 'Subscription/within-1' } },
        get('Subscription/within-1'),
      ],
    };
    expect((await fhir('clinician', '', { body: both })).status).toBe(200);
  }, 60_000);

  it('are searched in pages with a total, and what changes nothing is said or refused', async () => {
    const made: string[] = [];
    for (let nth = 0; nth < 5; nth++) {
      made.push(await subscribe('clinician', subscription('/paged', '6-6')));
    }
    const where = `url=${encodeURIComponent(`${endpoint}/paged`)}`;
    interface Page {
      readonly total: number;
      readonly link: { readonly relation: string; readonly url: string }[];
      readonly entry?: { readonly resource: { readonly id: string } }[];
    }
    const seen: string[] = [];
    let next: string | undefined = `/Subscription?${where}&_count=2`;
    let pages = 0;
    while (next !== undefined) {
      const page = (await fhir('clinician', next)).body as unknown as Page;
      expect(page.total).toBe(5);
      seen.push(...(page.entry ?? []).map(({ resource }) => resource.id));
      const { url } = page.link.find(({ relation }) => relation === 'next') ?? {};
      next = url?.slice(`${server.url}/fhir/R4`.length);
      pages += 1;
    }
    expect([pages, seen]).toEqual([3, [...made].sort()]);
    const count = (await fhir('clinician', `/Subscription?${where}&_summary=count`)).body;
    expect([count['total'], count['entry']]).toEqual([5, undefined]);
    const ids = (await fhir('clinician', `/Subscription?${where}&_elements=status&_count=1`)).body;
    expect(JSON.stringify(ids['entry'])).toContain('SUBSETTED');
    const sorted = `/Subscription?${where}&_sort=-_lastUpdated&colour=red`;
    const said = JSON.stringify((await fhir('clinician', sorted)).body);
    expect([said.includes('_sort: this'), said.includes('colour: this')]).toEqual([true, true]);
    const strict = await fhir('clinician', sorted, { prefer: 'handling=strict' });
    expect([strict.status, JSON.stringify(strict.body)]).toEqual([
      400,
      expect.stringContaining('_sort'),
    ]);
    expect((await fhir('clinician', '/Subscription?_count=many')).status).toBe(400);
    expect((await fhir('clinician', `/Subscription?${where}&_cursor=made-up`)).status).toBe(400);
  }, 60_000);

  it('have topics that a patch may not break, and hidden ones tell nothing', async () => {
    const { body } = await fhir('clinician', '/Basic', {
      body: { ...topic, extension: [{ ...topic.extension[0] }, ...topic.extension.slice(1)] },
    });
    const path = `/Basic/${String(body['id'])}`;
    const remove = {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'delete' },
            { name: 'path', valueString: 'Basic.extension[1]' },
          ],
        },
      ],
    };
    const broken = await fhir('clinician', path, { method: 'PATCH', body: remove });
    expect([broken.status, JSON.stringify(broken.body)]).toEqual([
      422,
      expect.stringContaining('resourceTrigger'),
    ]);
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          resource: remove,
          request: { method: 'PATCH', url: path.slice(1) },
        },
      ],
    };
    expect((await fhir('clinician', '', { body: bundle })).status).toBe(422);
    // A Basic of a patient who keeps the second clinician out: the same answer as for none at all.
    const hidden = { ...topic, subject: { reference: 'Patient/ada-demo' } };
    const kept = await fhir('clinician', '/Basic', { body: hidden });
    expect(kept.status).toBe(201);
    for (const id of [String(kept.body['id']), 'never-was']) {
      const answer = await fhir('second-clinician', `/Basic/${id}`, {
        method: 'PATCH',
        body: remove,
      });
      expect([id, answer.status]).toEqual([id, 404]);
    }
  });

  it('are announced as the Backport guide asks, and what is announced is there', async () => {
    const { body } = await fhir('clinician', '/metadata');
    const guide = 'http://hl7.org/fhir/uv/subscriptions-backport';
    expect(body['instantiates']).toEqual([
      `${guide}/CapabilityStatement/backport-subscription-server-r4`,
    ]);
    const [rest] = body['rest'] as { resource: Announced[] }[];
    const row = rest?.resource.find(({ type }) => type === 'Subscription');
    expect(row?.supportedProfile).toEqual([`${guide}/StructureDefinition/backport-subscription`]);
    expect(row?.searchParam.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['url', 'status']),
    );
    expect(
      row?.interaction.map(({ code }) => code).filter((code) => /read|history/.test(code)),
    ).toEqual(['read']);
    expect(row).toMatchObject({
      readHistory: false,
      conditionalCreate: false,
      conditionalUpdate: false,
      conditionalDelete: 'not-supported',
    });
    const operations = row?.operation.map(({ name }) => name) ?? [];
    expect(operations).toEqual(
      expect.arrayContaining([
        'status',
        'events',
        'resend',
        'get-ws-binding-token',
        'signing-secret',
      ]),
    );
    const id = await subscribe('clinician', subscription('/announced', '1-1'));
    for (const name of ['status', 'events', 'signing-secret']) {
      const answer = await fhir('clinician', `/Subscription/${id}/$${name}`);
      expect(answer.status, name).toBe(200);
    }
    for (const query of [
      `url=${encodeURIComponent(`${endpoint}/announced`)}`,
      `url=${encodeURIComponent(`${endpoint}/announced`)}&status=active`,
    ]) {
      const found = await fhir('clinician', `/Subscription?${query}`);
      const entries = found.body['entry'] as { resource: { id: string } }[];
      expect(entries.map((each) => each.resource.id)).toEqual([id]);
    }
  });

  it('are refused where the server would not carry them out, naming the element', async () => {
    const bad = subscription('', '3141-9');
    const inside = { ...bad, channel: { ...bad.channel, endpoint: 'http://169.254.169.254/' } };
    const answer = await fhir('clinician', '/Subscription', { body: inside });
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).toContain('Subscription.channel.endpoint');
    const unknown = { ...bad, criteria: 'http://nobody.example/topic' };
    expect((await fhir('clinician', '/Subscription', { body: unknown })).status).toBe(422);
  });

  it('reach a websocket that was bound with a token', async () => {
    const id = await subscribe('clinician', subscription('', '3141-9', 'websocket'));
    const answer = await fhir('clinician', `/Subscription/${id}/$get-ws-binding-token`);
    const parameters = answer.body['parameter'] as Record<string, string>[];
    const of = (name: string) => parameters.find((each) => each['name'] === name);
    const socket = new WebSocket(of('websocket-url')?.['valueUrl'] ?? '');
    const heard: string[] = [];
    socket.on('message', (message: Buffer) => heard.push(message.toString()));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(`bind-with-token ${of('token')?.['valueString']}`);
    await eventually(() => heard.length).toBe(1);
    expect(heard[0]).toContain('"handshake"');
    await fhir('clinician', '/Observation', { body: weight('ada-demo', '3141-9') });
    await eventually(() => heard.flatMap(numbersOf)).toEqual(['1']);
    expect(heard[1]).toContain('"resourceType":"Observation"');
    socket.close();
  }, 60_000);
});
