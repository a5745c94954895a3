// Goal: a consent that ends stops inference about the patient at once, wherever that has got to.
// Method: the scoring processes are held (SIGSTOP), so that one score runs and another waits for as
// long as it takes to withdraw both patients' consents; then they go on.
import { execFileSync } from 'node:child_process';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { phq9 } from './testing/phq9-response.ts';
import { type Serving, serving } from './testing/serving.ts';

const THO = 'http://terminology.hl7.org/CodeSystem/';

let at: Serving;
let owner: pg.Client;
beforeAll(async () => {
  at = await serving({ demo: true });
  owner = new pg.Client({ connectionString: at.server.ownerUrl });
  await owner.connect();
  await owner.query("select set_config('holdfast.tenant', '1', false)");
}, 120_000);
afterAll(async () => {
  signal('SIGCONT');
  await owner.end();
  await at.stop();
}, 60_000);

/** To the scoring processes of this server, and to none of another's. */
function signal(name: NodeJS.Signals): void {
  const children = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'backend/child']);
  for (const pid of children.toString().trim().split('\n')) process.kill(Number(pid), name);
}

async function create(type: string, resource: object): Promise<string> {
  const answer = await at.fhir('clinician', `/${type}`, {
    method: 'POST',
    body: JSON.stringify({ resourceType: type, ...resource }),
  });
  expect(answer.status).toBe(201);
  return String(answer.body['id']);
}

const concept = (system: string, code: string) => ({ coding: [{ system, code }] });

const withdrawConsent = (patient: string) =>
  create('Consent', {
    status: 'active',
    scope: concept(`${THO}consentscope`, 'patient-privacy'),
    category: [concept('http://loinc.org', '59284-0')],
    patient: { reference: `Patient/${patient}` },
    dateTime: new Date().toISOString(),
    policyRule: concept(`${THO}v3-ActCode`, 'OPTOUT'),
    provision: { type: 'deny', action: [concept(`${THO}consentaction`, 'access')] },
  });

async function routine(): Promise<{ running: number; waiting: number }> {
  const { body } = await at.call('operator', '/operations/overview');
  const { tiers } = (body as { inference: { tiers: { running: number; waiting: number }[] } })
    .inference;
  return tiers[2] ?? { running: -1, waiting: -1 };
}

/** Events that the group of routine scores has not come to yet. */
async function unscored(): Promise<number> {
  const { rows } = await owner.query<{ n: string }>(
    `select count(*) as n from holdfast.event e, holdfast.consumer_group g
      where g.name = 'inference' and (e.xid, e.id) > (g.xid, g.id) and e.urgency = 1`,
  );
  return Number(rows[0]?.n);
}

/** What became of the scores that read a resource. */
async function recordsOf(reference: string): Promise<{ outcome: string; record: string }[]> {
  const { rows } = await owner.query<{ outcome: string; record: string }>(
    `select outcome, record from holdfast.inference_record where record like '%' || $1 || '%'`,
    [reference],
  );
  return rows;
}

const LONG = { timeout: 40_000 };

it('cancels what waits, and writes nothing of what runs', async () => {
  await expect.poll(unscored, { timeout: 240_000 }).toBe(0);
  signal('SIGSTOP');
  const answers = await create('QuestionnaireResponse', phq9('finn-demo', 'LA6569-3', 'LA6568-5'));
  await expect.poll(routine, LONG).toMatchObject({ running: 1, waiting: 0 });
  const pulse = await create('Observation', {
    status: 'final',
    code: concept('http://loinc.org', '8867-4'),
    subject: { reference: 'Patient/cora-demo' },
    effectiveDateTime: new Date().toISOString(),
    valueQuantity: { value: 95, system: 'http://unitsofmeasure.org', code: '/min', unit: '/min' },
  });
  await expect.poll(routine, LONG).toMatchObject({ running: 1, waiting: 1 });

  await withdrawConsent('cora-demo');
  const cancelled = [{ outcome: 'cancelled' }];
  await expect.poll(() => recordsOf(`Observation/${pulse}`), LONG).toMatchObject(cancelled);
  await withdrawConsent('finn-demo');
  expect(await recordsOf(`QuestionnaireResponse/${answers}`)).toEqual([]);

  signal('SIGCONT');
  const mark = `QuestionnaireResponse/${answers}`;
  await expect.poll(() => recordsOf(mark), LONG).toMatchObject(cancelled);
  const [{ record } = { record: '{}' }] = await recordsOf(mark);
  expect(JSON.parse(record)).toMatchObject({
    reason: 'consent-withdrawn',
    output: null,
    attempts: [{ outcome: 'answered' }],
    tierDecision: { contributions: [] },
  });
  // Only the score's own write could be an assessment of this patient from here on.
  const { rows } = await owner.query(
    `select 1 from holdfast.event a, holdfast.event r where a.resource_id = $1
       and r.resource_type = 'RiskAssessment' and r.patient_id = a.patient_id and r.id > a.id`,
    [answers],
  );
  expect(rows).toEqual([]);
}, 480_000);
