// Goal: an export outlives `kill -9` of the server that lays it out. Method: hold it still in the
// middle of a type, kill the process there, start another, and let what the dead one had under way
// end only after its successor has begun; then every resource is in the files, once.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createPool,
  deleteEmbeddedData,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '@holdfast/postgres';
import type { Pool, PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedProcess, startProcess } from './testing/started-process.ts';

/** More than one window takes (EXPORT_PATIENTS_A_WINDOW), so that a type takes two. */
const MEMBERS = 130;
const HELD = 8_077;

/** Steps that go on from the middle of a type wait, before they lock anything, while this is held. */
const HOLD = `create function hold_export() returns trigger language plpgsql as $$
  begin
    if current_query() like '%into async_part%'
      and exists (select from async_request where progress->>'after' is not null) then
      perform pg_advisory_xact_lock_shared(${HELD});
    end if;
    return null;
  end $$;
  create trigger hold_export before update on async_request for each statement execute function hold_export()`;

const data = mkdtempSync(join(tmpdir(), 'holdfast-killed-export-'));
/** Not the server's own: what a dead one had under way there goes on. */
let database: EmbeddedPostgres;
let url: string;
let server: StartedProcess;
const serve = () => startProcess(join(data, 'server'), [], { DATABASE_URL: url });
const tokens = new Map<string, string>();
let owner: Pool;
let holder: PoolClient;

beforeAll(async () => {
  database = await startEmbeddedPostgres({
    dataDirectory: join(data, 'postgres'),
    onProgress: () => undefined,
    settings: { fsync: 'off' },
  });
  url = await database.ensureDatabase('holdfast');
  server = await serve();
  for (const persona of ['researcher', 'importer']) {
    const signedIn = await fetch(`${server.url}/development/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ persona }),
    });
    tokens.set(persona, ((await signedIn.json()) as { access_token: string }).access_token);
  }
  owner = createPool({ url, tenant: 1, max: 2 });
  holder = await owner.connect();
}, 120_000);
afterAll(async () => {
  holder.release();
  await owner.end();
  if (server.child.kill('SIGINT')) await once(server.child, 'exit');
  await database.stop();
  await deleteEmbeddedData(join(data, 'postgres'));
  rmSync(data, { recursive: true, force: true });
}, 60_000);

const call = (path: string, init: RequestInit = {}, persona = 'researcher') =>
  fetch(`${server.url}/fhir/R4${path}`, {
    ...init,
    headers: {
      authorization: `Bearer ${tokens.get(persona)}`,
      'content-type': 'application/fhir+json',
      ...(init.headers as Record<string, string> | undefined),
    },
  });

const put = (resource: { readonly resourceType: string; readonly id: string }) => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
});
const observation = (of: string) => ({
  resourceType: 'Observation',
  id: `${of}-o`,
  status: 'final',
  code: { text: 'measured' },
  subject: { reference: `Patient/${of}` },
});
const permit = (of: string) => ({
  resourceType: 'Consent',
  id: `${of}-consent`,
  status: 'active',
  scope: { coding: [{ system: `${TERMINOLOGY}consentscope`, code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: `Patient/${of}` },
  dateTime: '2026-01-01',
  performer: [{ reference: `Patient/${of}` }],
  policyRule: { coding: [{ system: `${TERMINOLOGY}v3-ActCode`, code: 'OPTIN' }] },
  provision: {
    type: 'permit',
    purpose: [{ system: `${TERMINOLOGY}v3-ActReason`, code: 'HRESCH' }],
  },
});
const IDS = Array.from({ length: MEMBERS }, (_, nth) => `member-${nth}`);
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem/';

/** A group that research may see, since each member permits it. */
async function openCohort(): Promise<void> {
  const group = {
    resourceType: 'Group',
    id: 'cohort',
    type: 'person',
    actual: true,
    member: IDS.map((id) => ({ entity: { reference: `Patient/${id}` } })),
  };
  const entry = [
    ...IDS.map((id) => put({ resourceType: 'Patient', id })),
    ...IDS.flatMap((id) => [put(permit(id)), put(observation(id))]),
    put(group),
  ];
  const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
  const answer = await call('', { method: 'POST', body }, 'importer');
  expect([answer.status, answer.ok ? '' : await answer.text()]).toEqual([200, '']);
}

interface State {
  readonly state: string;
  readonly claim: string;
  readonly after: string | null;
  readonly type: string | null;
}
async function stateOf(): Promise<State | undefined> {
  const { rows } = await owner.query<State>(
    `select state, claim, progress->>'after' as after, progress->>'type' as type from async_request`,
  );
  return rows[0];
}

/** Steps that wait. */
async function held(): Promise<number> {
  const { rows } = await owner.query<{ n: string }>(
    `select count(*) as n from pg_locks where locktype = 'advisory' and objid = ${HELD} and not granted`,
  );
  return Number(rows[0]?.n);
}

async function idsIn(url: string): Promise<string[]> {
  const answer = await call(url.split('/fhir/R4')[1] ?? '', {
    headers: { accept: 'application/fhir+ndjson' },
  });
  expect(answer.status).toBe(200);
  const lines = (await answer.text()).split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { id: string }).id);
}

describe('an export whose server is killed in its middle', () => {
  it('is completed by the next, each resource once', async () => {
    await openCohort();
    await owner.query(HOLD);
    await holder.query('select pg_advisory_lock($1)', [HELD]);
    const asked = await call('/Group/cohort/$export?_type=Observation,Patient', {
      headers: { prefer: 'respond-async', accept: 'application/fhir+json' },
    });
    expect(asked.status).toBe(202);
    const status = (asked.headers.get('content-location') ?? '').split('/fhir/R4')[1] ?? '';
    await expect.poll(held, { timeout: 30_000 }).toBe(1);
    const before = await stateOf();
    expect(before).toMatchObject({ state: 'running', claim: '1' });
    expect(before?.after).toMatch(/^\["/);

    server.child.kill('SIGKILL');
    await once(server.child, 'exit');
    server = await serve();
    await expect.poll(async () => (await stateOf())?.claim, { timeout: 30_000 }).toBe('2');
    // It goes on from where the other was, whose last step is still under way.
    await expect.poll(held, { timeout: 30_000 }).toBe(2);
    expect(await stateOf()).toMatchObject({ after: before?.after, type: before?.type });
    await holder.query('select pg_advisory_unlock($1)', [HELD]);

    await expect.poll(async () => (await call(status)).status, { timeout: 60_000 }).toBe(200);
    const manifest = (await (await call(status)).json()) as {
      readonly output: readonly {
        readonly type: string;
        readonly url: string;
        readonly count: number;
      }[];
    };
    const found: string[] = [];
    for (const { type, url, count } of manifest.output) {
      const names = (await idsIn(url)).map((id) => `${type}/${id}`);
      expect(names).toHaveLength(count);
      found.push(...names);
    }
    const expected = IDS.flatMap((id) => [`Patient/${id}`, `Observation/${id}-o`]);
    expect(found.sort()).toEqual(expected.sort());
  }, 300_000);
});
