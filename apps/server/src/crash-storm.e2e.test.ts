// Goal: invariant 3, Nothing lost. Method: a storm of writes of every kind, kill -9 of the server or
// of PostgreSQL at a random moment, start again, and hold what is stored against what was acknowledged:
// every acknowledged version is there, no bundle is torn, the index equals a rebuild, and the audit
// log accounts for every number but those on their way when a server was killed.
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { indexedParametersOf, resourceTypes } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import { FAREWELL, KeyRing, loadLogKeys, ringFile } from '@holdfast/ledger';
import { createPool, deleteEmbeddedData } from '@holdfast/postgres';
import { checkIndex, Dictionary } from '@holdfast/store';
import { runs, type SeededRandom, seededRandom } from '@holdfast/testkit';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedProcess, startProcess } from './testing/started-process.ts';
import { LOG_ORIGIN, verifyRecords } from './verify-records.ts';

const WRITERS = 8;
const PATIENTS = ['storm-0', 'storm-1', 'storm-2', 'storm-3'];
/** By the log's clock: less than a round takes. */
const SETTLE_MS = 1_000;
const ROUNDS = runs(10, 200);

const data = mkdtempSync(join(tmpdir(), 'holdfast-storm-'));
let server: StartedProcess;
const serve = () => startProcess(data, ['--no-demo']);

beforeAll(async () => {
  server = await serve();
}, 120_000);
afterAll(async () => {
  calm = false;
  if (server.child.kill('SIGINT')) await once(server.child, 'exit');
  await deleteEmbeddedData(join(data, 'postgres'));
  rmSync(data, { recursive: true, force: true });
}, 60_000);

/** Writers go on while it lasts. */
let calm = false;

/** What clients were told, over all rounds. */
interface Acknowledged {
  /** `Type/id/_history/version` */
  readonly versions: Set<string>;
  /** Tags of bundles: sent, and answered. */
  readonly bundles: Map<string, boolean>;
  /** Tags of asynchronous bundles that were accepted. */
  readonly accepted: Set<string>;
}

const observation = (patient: string, tag: string, more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'urn:storm', code: tag }] },
  subject: { reference: `Patient/${patient}` },
  ...more,
});
const post = (resource: object) => ({
  resource,
  request: { method: 'POST', url: 'Observation' },
});

/** One write of a random kind. @returns whether the server still answers */
async function writeOnce(
  call: (method: string, path: string, body?: object, headers?: object) => Promise<Response>,
  { random, told, tag }: { random: SeededRandom; told: Acknowledged; tag: string },
): Promise<void> {
  const [one, other] = [random.pick(PATIENTS), random.pick(PATIENTS)];
  const patient = (id: string) => ({
    resourceType: 'Patient',
    id,
    birthDate: '1980-01-01',
    name: [{ family: tag }],
  });
  const note = async (response: Response): Promise<void> => {
    const location = /[A-Z][A-Za-z]+\/[^/]+\/_history\/\d+$/.exec(
      response.headers.get('location') ?? '',
    );
    if (response.ok && location !== null) told.versions.add(location[0]);
  };
  switch (random.below(6)) {
    case 0:
      return note(await call('POST', '/Observation', observation(one, tag)));
    case 1:
      return note(await call('PUT', `/Patient/${one}`, patient(one)));
    case 2:
      return note(
        await call('POST', '/Observation', observation(one, 'once'), {
          'if-none-exist': `code=urn:storm|once&subject=Patient/${one}`,
        }),
      );
    case 3: {
      await call('DELETE', `/Observation?code=urn:storm|once&subject=Patient/${one}`);
      return undefined;
    }
    case 4: {
      const entry = [one, other, one].map((each) => post(observation(each, tag)));
      const batch = { resourceType: 'Bundle', type: random.pick(['batch', 'transaction']), entry };
      const response = await call('POST', '', batch, { prefer: 'respond-async' });
      if (response.status === 202) told.accepted.add(tag);
      return undefined;
    }
    default: {
      told.bundles.set(tag, false);
      const entry = [
        ...[one, other, one].map((each) => post(observation(each, tag))),
        // Two bundles of the same patients meet here in either order.
        ...[...new Set([one, other])].map((each) => ({
          resource: patient(each),
          request: { method: 'PUT', url: `Patient/${each}` },
        })),
      ];
      const response = await call('POST', '', {
        resourceType: 'Bundle',
        type: 'transaction',
        entry,
      });
      if (response.ok) told.bundles.set(tag, true);
      return undefined;
    }
  }
}

async function storm(round: number, random: SeededRandom, told: Acknowledged): Promise<number[]> {
  const token = await fetch(`${server.url}/development/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona: 'importer' }),
  }).then(async (response) => ((await response.json()) as { access_token: string }).access_token);
  const call = (method: string, path: string, body?: object, headers: object = {}) =>
    fetch(`${server.url}/fhir/R4${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/fhir+json',
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const bundle = PATIENTS.map((id) => ({
    resource: { resourceType: 'Patient', id },
    request: { method: 'PUT', url: `Patient/${id}` },
  }));
  await call('POST', '', { resourceType: 'Bundle', type: 'transaction', entry: bundle });
  const statuses: number[] = [];
  let acknowledged = 0;
  let strike: () => void = () => undefined;
  const due = new Promise<void>((resolve) => {
    strike = resolve;
  });
  const after = 10 + random.below(60);
  calm = true;
  const counted: typeof call = async (...request) => {
    const response = await call(...request);
    statuses.push(response.status);
    if (response.ok && ++acknowledged === after) strike();
    return response;
  };
  const writer = async (w: number): Promise<void> => {
    for (let n = 0; calm; n++) {
      // Whoever is cut off was not answered.
      await writeOnce(counted, { random, told, tag: `r${round}-w${w}-${n}` }).catch(
        () => undefined,
      );
    }
  };
  const writers = Array.from({ length: WRITERS }, (_, w) => writer(w));
  await due;
  await blow(round);
  calm = false;
  await Promise.all(writers);
  return statuses;
}

/** Every fourth blow hits the server, the others PostgreSQL, which the server starts again. */
async function blow(round: number): Promise<void> {
  if (round % 4 === 3) {
    server.child.kill('SIGKILL');
    await once(server.child, 'exit');
    return;
  }
  const cluster = join(data, 'postgres');
  const elsewhere = join(cluster, 'location');
  const directory = existsSync(elsewhere) ? readFileSync(elsewhere, 'utf8').trim() : cluster;
  const [pid = ''] = readFileSync(join(directory, 'cluster', 'postmaster.pid'), 'utf8').split('\n');
  process.kill(Number(pid), 'SIGKILL');
}

async function recovered(round: number): Promise<void> {
  if (round % 4 === 3) server = await serve();
  await expect
    .poll(async () => (await fetch(`${server.url}/health/ready`).catch(() => null))?.status, {
      timeout: 60_000,
    })
    .toBe(200);
}

async function expectWhole(owner: Pool, told: Acknowledged): Promise<void> {
  const { rows: versions } = await owner.query<{ name: string }>(
    `select r.type || '/' || r.id || '/' || v.version as name from resource r cross join lateral (
       select r.version union all select h.version from history h where h.tenant = r.tenant and h.resource = r.key) v`,
  );
  const known = new Set(versions.map(({ name }) => name));
  const { rows: names } = await owner.query<{ name: string }>(
    `select resource_type || '/' || resource_id || '/_history/' || version as name from event`,
  );
  const events = new Set(names.map(({ name }) => name));
  expect([...told.versions].filter((each) => !events.has(each))).toEqual([]);
  expect(events.size).toBe(known.size);
  const { rows: holes } = await owner.query(
    `select r.id from resource r join history h on h.tenant = r.tenant and h.resource = r.key
     group by r.id, r.version having count(*) <> r.version - 1`,
  );
  expect(holes).toEqual([]);
  const { rows: tags } = await owner.query<{ code: string; n: string }>(
    `select code, count(distinct resource) as n from token_index where code like 'r%-w%' group by code`,
  );
  const counts = new Map(tags.map(({ code, n }) => [code, Number(n)]));
  const torn = [...told.bundles].filter(([tag, answered]) => {
    const found = counts.get(tag) ?? 0;
    return answered ? found !== 3 : found !== 0 && found !== 3;
  });
  expect(torn).toEqual([]);
  expect([...told.accepted].filter((tag) => counts.get(tag) !== 3)).toEqual([]);
  const gaps = await owner.query(
    'select stream from event group by stream having count(*) <> max(seq) or min(seq) <> 1',
  );
  expect(gaps.rows).toEqual([]);
  const parameters = resourceTypes.flatMap((type) =>
    indexedParametersOf(type).map((code) => ({ type, code })),
  );
  const dictionary = await Dictionary.load(owner, parameters);
  expect(await checkIndex(owner, { tenant: 1, dictionary })).toEqual([]);
}

/** A server that was stopped, as all that were not killed, has said what became of its numbers. */
async function expectAccounted(): Promise<void> {
  const keys = await loadLogKeys(join(data, 'keys'), LOG_ORIGIN);
  const ring = await KeyRing.open(ringFile(join(data, 'keys')));
  const trusted = [readFileSync(join(data, 'checkpoint-1'), 'utf8')];
  const url = readFileSync(join(data, 'keys', 'database-url'), 'utf8');
  const owner = createPool({ url, tenant: 1, max: 1 });
  const tenant = 1 as TenantId;
  try {
    const report = await verifyRecords(owner, {
      ...{ tenant, keys, ring, trusted },
      counterSettleMs: SETTLE_MS,
    });
    expect(report).toMatchObject({ ok: true, complete: true, findings: [], unsettledCounters: 0 });
    const { rows } = await owner.query<{ leaf: Buffer }>(
      'select leaf from audit where tenant = 1 order by xid desc, id desc limit 100',
    );
    const types = rows.map(({ leaf }) => (JSON.parse(leaf.toString()) as { type: string }).type);
    expect(types).toContain(FAREWELL);
  } finally {
    await owner.end();
  }
}

describe('a storm of writes', () => {
  it(`struck ${ROUNDS} times by kill -9 loses nothing it acknowledged and tears no bundle`, async () => {
    const random = seededRandom(9);
    const told: Acknowledged = { versions: new Set(), bundles: new Map(), accepted: new Set() };
    for (let round = 0; round < ROUNDS; round++) {
      const statuses = await storm(round, random, told);
      // Contention is the server's to bear: only its own death shows.
      const refused = statuses.filter(
        (status) => status >= 400 && status !== 503 && status !== 429,
      );
      expect(refused).toEqual([]);
      await recovered(round);
    }
    expect(told.versions.size).toBeGreaterThan(ROUNDS);
    const url = readFileSync(join(data, 'keys', 'database-url'), 'utf8');
    const owner = createPool({ url, tenant: 1, max: 2 });
    try {
      const open = async () =>
        (await owner.query(`select from async_request where state <> 'done'`)).rowCount;
      await expect.poll(open, { timeout: 60_000 }).toBe(0);
      expect(told.accepted.size).toBeGreaterThan(0);
      await expectWhole(owner, told);
    } finally {
      await owner.end();
    }
    server.child.kill('SIGINT');
    await once(server.child, 'exit');
    server = await serve();
    await expectAccounted();
  }, 7_200_000);
});
