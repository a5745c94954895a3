// Goal: a failure of the database leaves no hole in the counters of the audit log that looks like an
// omission. Method: transactions are undone whose numbers are drawn, others commit beyond them, the
// server stops and starts again, and the log is held to account for every number at once.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantId } from '@holdfast/kernel';
import { KeyRing, loadLogKeys, ringFile } from '@holdfast/ledger';
import { createPool } from '@holdfast/postgres';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { phq9WithThoughtsOfSelfHarm } from './testing/phq9-response.ts';
import { type Serving, serving } from './testing/serving.ts';
import { LOG_ORIGIN, verifyRecords } from './verify-records.ts';

const tenant = 1 as TenantId;
const dataDirectory = mkdtempSync(join(tmpdir(), 'holdfast-farewell-'));
let at: Serving;
let owner: pg.Pool;

async function start(): Promise<void> {
  at = await serving({ dataDirectory });
  owner = createPool({ url: at.server.ownerUrl, tenant, max: 3 });
}
async function stop(): Promise<void> {
  await owner.end();
  await at.stop();
}

beforeAll(start, 120_000);
afterAll(async () => {
  await stop();
  rmSync(dataDirectory, { recursive: true, force: true });
}, 60_000);

const put = (path: string, body: object) =>
  at.fhir('importer', path, { method: 'PUT', body: JSON.stringify(body) });

async function report() {
  const keys = await loadLogKeys(join(dataDirectory, 'keys'), LOG_ORIGIN);
  const ring = await KeyRing.open(ringFile(join(dataDirectory, 'keys')));
  // Nothing is too young to tell, and nothing is put down to a crash.
  return verifyRecords(owner, { tenant, keys, ring, trusted: [], counterSettleMs: 0 });
}

const ACCOUNTED = {
  ok: true,
  complete: true,
  findings: [],
  unsettledCounters: 0,
  lostCounters: [],
};

it('a write that the database lost is named by the last record of the process', async () => {
  expect((await put('/Patient/ann', { resourceType: 'Patient', id: 'ann' })).status).toBe(201);
  const holder = new pg.Client({ connectionString: at.server.ownerUrl });
  await holder.connect();
  onTestFinished(() => holder.end());
  await holder.query('begin');
  await holder.query('lock table holdfast.resource in share row exclusive mode');
  const writing = put('/Patient/ann', { resourceType: 'Patient', id: 'ann', active: true });
  let blocked: number | undefined;
  await expect
    .poll(async () => {
      const { rows } = await owner.query<{ pid: number }>(
        `select pid from pg_locks where relation = 'resource'::regclass and not granted`,
      );
      blocked = rows[0]?.pid;
      return blocked;
    })
    .toBeDefined();
  // Its number is higher than the write's, and it commits.
  expect((await at.fhir('clinician', '/Patient/ann')).status).toBe(200);
  await owner.query('select pg_terminate_backend($1)', [blocked]);
  expect((await writing).status).toBe(503);
  await holder.end();
  await stop();
  await start();
  expect(await report()).toMatchObject(ACCOUNTED);
}, 120_000);

it('so is what an effect wrote whose transaction came to nothing', async () => {
  // Sees the note of the event at the commit, and refuses the first one.
  await owner.query(`create sequence refused;
    grant usage on sequence refused to public;
    create function refuse_once() returns trigger language plpgsql as $$
      begin
        if nextval('holdfast.refused') = 1 then raise exception 'refused at the commit'; end if;
        return null;
      end $$;
    create constraint trigger refuse_once after insert on inference_record
      deferrable initially deferred for each row execute function refuse_once()`);
  const answers = phq9WithThoughtsOfSelfHarm('ann');
  const sent = { method: 'POST', body: JSON.stringify(answers) };
  expect((await at.fhir('importer', '/QuestionnaireResponse', sent)).status).toBe(201);
  const scored = async () => {
    const { rows } = await owner.query<{ n: string }>('select count(*) as n from inference_record');
    return Number(rows[0]?.n);
  };
  await expect.poll(scored, { timeout: 60_000 }).toBeGreaterThan(0);
  const { rows } = await owner.query<{ tried: string }>('select last_value as tried from refused');
  expect(Number(rows[0]?.tried)).toBeGreaterThan(1);
  await stop();
  await start();
  expect(await report()).toMatchObject(ACCOUNTED);
}, 120_000);
