// Goal: an operator's Prometheus sees how the event log stands, and nothing of any patient.
// Method: a whole server, scraped as each kind of caller while a stream is parked and the database dies.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Serving, serving } from '../testing/serving.ts';

const TOKEN = 'a-scraper-and-nobody-else-has-this-token';
const PATIENT = 'zz-patient-of-the-metrics-test';
/** Waits as long as a busy machine may take. */
const eventually = <Value>(value: () => Value) => expect.poll(value, { timeout: 20_000 });

let stage: Serving;
let owner: pg.Client;
beforeAll(async () => {
  stage = await serving({ metricsToken: TOKEN });
  owner = new pg.Client({ connectionString: stage.server.ownerUrl });
  owner.on('error', () => undefined);
  await owner.connect();
}, 120_000);
afterAll(async () => {
  await owner.end().catch(() => undefined);
  await stage.stop();
}, 60_000);

const bearing = (token: string, path = '/metrics') =>
  fetch(`${stage.server.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
const scrape = async (): Promise<string> => (await bearing(TOKEN)).text();
/** A sample's value; undefined where there is none. */
const valueIn = (text: string, sample: string): number | undefined => {
  const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length));
};
const ofGroup = (figure: string, group = 'identity-matching') =>
  `holdfast_events_group_${figure}{group="${group}"}`;

describe('GET /metrics', () => {
  it('answers the scraper and operators, and nobody else', async () => {
    const answer = await bearing(TOKEN);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect((await stage.call('operator', '/metrics')).status).toBe(200);
    expect((await stage.call('clinician', '/metrics')).status).toBe(403);
    expect((await fetch(`${stage.server.url}/metrics`)).status).toBe(401);
    expect((await bearing(`${TOKEN}x`)).status).toBe(401);
  });

  it('has a token that opens nothing else', async () => {
    for (const path of ['/operations/overview', '/fhir/R4/Patient', '/metrics/more']) {
      expect((await bearing(TOKEN, path)).status, path).toBeGreaterThanOrEqual(400);
    }
  });

  it('names every group, which are the reactions that run on the log', async () => {
    const named = (await scrape()).matchAll(/_led\{group="([^"]+)"\}/g);
    expect([...named].map(([, group]) => group)).toEqual([
      'identity-matching',
      'inference',
      'inference-consent',
      'inference-now',
      'subscriptions',
    ]);
  });

  it('tells how groups and log stand, without a word of whom it is about', async () => {
    const before = valueIn(await scrape(), ofGroup('handled_total')) ?? 0;
    const patient = { resourceType: 'Patient', id: PATIENT, active: true };
    const body = JSON.stringify(patient);
    const put = await stage.fhir('clinician', `/Patient/${PATIENT}`, { method: 'PUT', body });
    expect(put.status).toBe(201);
    await eventually(async () => valueIn(await scrape(), ofGroup('handled_total'))).toBeGreaterThan(
      before,
    );
    await eventually(async () => valueIn(await scrape(), 'holdfast_events_slot_active')).toBe(1);

    await owner.query('begin isolation level repeatable read');
    await owner.query('select pg_current_xact_id()');
    await stage.fhir('clinician', `/Patient/${PATIENT}`, {
      method: 'PUT',
      body: JSON.stringify({ ...patient, active: false }),
    });
    const held = await scrape();
    await owner.query('rollback');
    expect(valueIn(held, 'holdfast_events_fence_seconds')).toBeGreaterThan(0);
    expect(valueIn(held, 'holdfast_postgres_oldest_snapshot_transactions')).toBeGreaterThan(0);
    expect(valueIn(held, ofGroup('lag_events'))).toBeGreaterThan(0);
    expect(valueIn(held, ofGroup('lag_seconds'))).toBeGreaterThan(0);
    expect(valueIn(held, ofGroup('led'))).toBe(1);
    expect(valueIn(held, 'holdfast_events_slot_bytes')).toBeGreaterThanOrEqual(0);
    for (const word of [PATIENT, 'Patient', 'tenant', 'clinician'])
      expect(held).not.toContain(word);
    await eventually(async () => valueIn(await scrape(), ofGroup('lag_events'))).toBe(0);
  });

  it('shows a parked stream by its age, though its group is not behind', async () => {
    await owner.query(
      `insert into holdfast.consumer_parked
         (tenant, consumer_group, stream, seq, event_id, attempts, next_attempt_at, reason)
       select tenant, 'identity-matching', stream, seq, event_id, 1, null, $1
         from holdfast.event where resource_id = $1 and seq = 1`,
      [PATIENT],
    );
    const text = await scrape();
    expect(valueIn(text, ofGroup('parked_streams'))).toBe(1);
    expect(valueIn(text, ofGroup('retrying_streams'))).toBe(0);
    expect(valueIn(text, ofGroup('oldest_unprocessed_seconds'))).toBeGreaterThan(0);
    expect(valueIn(text, ofGroup('lag_seconds'))).toBe(0);
    expect(text).not.toContain(PATIENT);
    await owner.query(`delete from holdfast.consumer_parked where attempts = 1`);
  });

  it('says that the database is away instead of showing old figures', async () => {
    const pid = stage.server.databasePid();
    if (pid === undefined) throw new Error('the database is embedded');
    process.kill(pid, 'SIGKILL');
    await eventually(scrape).toMatch(/^holdfast_database_up 0$/m);
    await eventually(scrape).toMatch(/^holdfast_database_up 1$/m);
    expect(valueIn(await scrape(), ofGroup('led'))).toBeDefined();
  }, 60_000);
});
