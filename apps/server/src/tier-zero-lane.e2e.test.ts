// Goal: a tier 0 never waits behind a bulk import. Method: nobody leads the group of routine scores,
// as if it were still busy; thousands of its events wait, and a tier 0 is scored all the same.
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { phq9WithThoughtsOfSelfHarm } from './testing/phq9-response.ts';
import { type Serving, serving } from './testing/serving.ts';

const BUNDLES = 4;
const ENTRIES = 500;
const LONG_AGO = '2012-05-01T08:00:00Z';

let at: Serving;
let owner: pg.Client;
beforeAll(async () => {
  at = await serving({ demo: true });
  owner = new pg.Client({ connectionString: at.server.ownerUrl });
  await owner.connect();
  await owner.query("select set_config('holdfast.tenant', '1', false)");
}, 120_000);
afterAll(async () => {
  await owner.end();
  await at.stop();
}, 60_000);

async function leaderOf(group: string) {
  const { rows } = await owner.query<{ pid: number; classid: string; objid: string }>(
    `select l.pid, l.classid, l.objid from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and a.application_name = $1`,
    [`holdfast lead consumer ${group}`],
  );
  return rows[0];
}

/** Takes the lead of a group from the server, as a process elsewhere would that does nothing with it. */
async function lead(group: string): Promise<pg.Client> {
  const elsewhere = new pg.Client({ connectionString: at.server.ownerUrl });
  await elsewhere.connect();
  await expect.poll(() => leaderOf(group)).toBeDefined();
  const leader = await leaderOf(group);
  if (leader === undefined) throw new Error(`nobody leads ${group}`);
  const taken = elsewhere.query('select pg_advisory_lock($1::int, $2::oid::int8::bit(32)::int)', [
    leader.classid,
    leader.objid,
  ]);
  await owner.query('select pg_terminate_backend($1)', [leader.pid]);
  await taken;
  return elsewhere;
}

async function waiting(group: string): Promise<number> {
  const { rows } = await owner.query<{ n: string }>(
    `select count(*) as n from holdfast.event e, holdfast.consumer_group g where g.name = $1
       and (e.xid, e.id) > (g.xid, g.id) and e.urgency = 1`,
    [group],
  );
  return Number(rows[0]?.n);
}

/** Rises with each event that a group is through with, long before its place in the log does. */
async function inboxOf(group: string): Promise<number> {
  const { rows } = await owner.query<{ n: string }>(
    'select coalesce(sum(seq), 0) as n from holdfast.consumer_inbox where consumer_group = $1',
    [group],
  );
  return Number(rows[0]?.n);
}

const pulse = () => ({
  request: { method: 'POST', url: 'Observation' },
  resource: {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    subject: { reference: 'Patient/finn-demo' },
    effectiveDateTime: LONG_AGO,
    valueQuantity: { value: 70, system: 'http://unitsofmeasure.org', code: '/min', unit: '/min' },
  },
});

async function post(path: string, resource: object): Promise<string> {
  const answer = await at.fhir('clinician', path, {
    method: 'POST',
    body: JSON.stringify(resource),
  });
  expect([200, 201]).toContain(answer.status);
  return String(answer.body['id']);
}

it('scores a tier 0 while thousands of events of an import wait, and then those too', async () => {
  const elsewhere = await lead('inference');
  const entry = Array.from({ length: ENTRIES }, pulse);
  for (let i = 0; i < BUNDLES; i++) {
    await post('', { resourceType: 'Bundle', type: 'transaction', entry });
  }
  const id = await post('/QuestionnaireResponse', phq9WithThoughtsOfSelfHarm('finn-demo'));
  const scores = async () =>
    (await at.fhir('clinician', '/RiskAssessment?patient=finn-demo&_sort=-_lastUpdated')).text;
  await expect.poll(scores, { timeout: 90_000 }).toContain(`QuestionnaireResponse/${id}`);
  expect(await waiting('inference')).toBeGreaterThanOrEqual(BUNDLES * ENTRIES);

  // What the console shows is counted from the commit of the answers, not from when work on them began.
  const { rows } = await owner.query<{ ms: number }>(
    `select (extract(epoch from r.finished_at - e.occurred_at) * 1000)::float8 as ms
       from holdfast.inference_record r join holdfast.event e
         on e.resource_id = $1 and r.record like '%' || $1 || '%'`,
    [id],
  );
  const { body } = await at.call('operator', '/operations/overview');
  const [critical] = (body as { inference: { tiers: { p99Ms: number }[] } }).inference.tiers;
  expect(critical?.p99Ms).toBeGreaterThanOrEqual(Math.floor(rows[0]?.ms ?? Infinity));

  const handled = await inboxOf('inference');
  await elsewhere.end();
  await expect.poll(() => inboxOf('inference'), { timeout: 90_000 }).toBeGreaterThan(handled);
}, 240_000);
