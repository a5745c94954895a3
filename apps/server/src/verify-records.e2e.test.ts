// Goal: whoever opens, closes or blurs a record by changing the database alone is found by `ledger
// verify`. Method: a demo population, one change at a time with every right to the database, in a
// transaction that verification looks into and that is then rolled back.
import { join } from 'node:path';
import type { TenantId } from '@holdfast/kernel';
import { KeyRing, type LogKeys, loadLogKeys, ringFile } from '@holdfast/ledger';
import { createPool } from '@holdfast/postgres';
import type { Pool, PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Serving, serving } from './testing/serving.ts';
import { LOG_ORIGIN, verifyRecords } from './verify-records.ts';

const tenant = 1 as TenantId;
let at: Serving;
let owner: Pool;
let keys: LogKeys;
let ring: KeyRing;

beforeAll(async () => {
  at = await serving({ demo: true });
  owner = createPool({ url: at.server.ownerUrl, tenant, max: 3 });
  keys = await loadLogKeys(join(at.dataDirectory, 'keys'), LOG_ORIGIN);
  ring = await KeyRing.open(ringFile(join(at.dataDirectory, 'keys')));
  await breakGlass();
  await send('importer', 'PUT', 'Observation/gone', observation('gone', '2026-05-01'));
  await send('importer', 'PUT', 'Observation/gone', observation('gone', '2026-06-01'));
  await send('importer', 'DELETE', 'Observation/gone');
  await send('importer', 'PUT', 'Observation/kept', observation('kept', '2026-05-01'));
  await send('importer', 'PUT', 'Observation/kept', observation('kept', '2026-06-01'));
  await send('importer', 'PUT', 'RelatedPerson/mother', {
    resourceType: 'RelatedPerson',
    id: 'mother',
    patient: { reference: 'Patient/finn-demo' },
    relationship: [{ coding: [{ code: 'HPOWATT' }] }],
    period: { start: '2020-01-01', end: '2040-01-01' },
  });
}, 120_000);
afterAll(async () => {
  await owner.end();
  await at.stop();
}, 60_000);

const observation = (id: string, date: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'verified' },
  subject: { reference: 'Patient/finn-demo' },
  effectiveDateTime: date,
});

async function send(persona: string, method: string, path: string, body?: object): Promise<void> {
  const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const { status, text } = await at.fhir(persona, `/${path}`, init);
  expect(status, text).toBeLessThan(300);
}

async function breakGlass(): Promise<void> {
  const post = (path: string, body: object) =>
    at.call('second-clinician', path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const asked = await post('/consent/break-glass', {
    patient: 'ada-demo',
    reason: 'unconscious, nobody else here',
  });
  const confirmed = await post(`/consent/break-glass/${String(asked.body['id'])}/confirm`, {});
  expect(confirmed.status, confirmed.text).toBe(200);
}

/** What is found inside a transaction that is rolled back, after these statements in it. */
async function foundAfter(...statements: readonly string[]): Promise<string[]> {
  const client = await owner.connect();
  try {
    await client.query('begin isolation level repeatable read');
    for (const text of statements) {
      const { rowCount } = await client.query(text);
      expect(rowCount, 'the tampering takes effect').toBeGreaterThan(0);
    }
    const inside = {
      query: (text: string, values?: unknown[]) =>
        typeof text === 'string' && text.startsWith('begin')
          ? Promise.resolve({ rows: [] })
          : client.query(text, values),
      release: () => undefined,
    };
    const pool = { connect: async () => inside as unknown as PoolClient } as unknown as Pool;
    const { ok, findings } = await verifyRecords(pool, { tenant, keys, ring, trusted: [] });
    expect(ok).toBe(findings.length === 0);
    return findings.map(({ kind, detail = '' }) => `${kind} ${detail}`);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

const ADA = `(select patient from patient_state where patient_id = 'ada-demo')`;
const FINN = `(select patient from patient_state where patient_id = 'finn-demo')`;
const ROW = (id: string) => `tenant = 1 and type = 96 and id = '${id}'`;
const HISTORY = (version: number) =>
  `tenant = 1 and version = ${version} and resource = (select key from resource where ${ROW('gone')})`;
const RELATIONSHIP = `insert into relationship (tenant, source_type, source_id, patient, kind, target, since, until)`;
const INTRUDER = `'Practitioner/intruder'`;

it('nothing is found where nothing was changed', async () => {
  expect(await foundAfter('select 1')).toEqual([]);
});

const GLASS = `insert into break_glass (tenant, id, patient, patient_id, actor, reason, minutes, opened, until)
  select 1, '00000000-0000-7000-8000-000000000001', ${ADA}, 'ada-demo', ${INTRUDER}, 'none', 60,
    now() - interval '1 minute', now() + interval '1 hour'`;
const GLASS_ROW = `${RELATIONSHIP} select 1, -1, g.id::text, g.patient, 'break-glass', g.actor,
  extract(epoch from g.opened) * 1000, extract(epoch from g.until) * 1000
  from break_glass g where g.actor = ${INTRUDER}`;
const SETTLED = `update patient_state set consent_epoch = consent_epoch where patient_id = 'ada-demo'`;
const PASSING = `update patient_state s set passing_ties = coalesce(passing_ties, '[]') ||
  (select jsonb_build_array(jsonb_build_array('break-glass:' || r.target, r.since, r.until))
   from relationship r where r.target = ${INTRUDER}) where patient_id = 'ada-demo'`;

describe('who is tied to a patient', () => {
  it.each<[string, string[], RegExp]>([
    [
      'a tie added to the state',
      [
        `update patient_state set ties = ties || array['care-team:Practitioner/intruder'] where patient_id = 'ada-demo'`,
      ],
      /^content-altered ties of the patient/,
    ],
    [
      'a tie taken from the state',
      [`update patient_state set ties = '{}' where patient_id = 'ada-demo'`],
      /^content-altered ties of/,
    ],
    [
      'a passing tie added',
      [
        `update patient_state set passing_ties = '[["care-team:Practitioner/intruder", 0, null]]' where patient_id = 'cora-demo'`,
      ],
      /^content-altered passing_ties of/,
    ],
    [
      'a passing tie that ends later',
      [
        `update patient_state set passing_ties = jsonb_set(passing_ties, '{0,2}', '9999999999999') where patient_id = 'finn-demo'`,
      ],
      /^content-altered passing_ties of/,
    ],
    [
      'a relationship inserted for an existing resource, and the state with it',
      [
        `${RELATIONSHIP} select 1, r.type, r.id, ${ADA}, 'care-team', ${INTRUDER}, '-infinity', 'infinity'
          from resource r where r.tenant = 1 and r.type = patient_type() and r.id = 'ada-demo'`,
        `select settle_ties(1::smallint, array[${ADA}])`,
      ],
      /^content-altered relationship left over of the patient/,
    ],
    [
      'a relationship of no resource at all',
      [
        `${RELATIONSHIP} values (1, 17, 'no-such', ${ADA}, 'care-team', ${INTRUDER}, '-infinity', 'infinity')`,
        `select settle_ties(1::smallint, array[${ADA}])`,
      ],
      /^content-altered relationship left over of/,
    ],
    [
      'a relationship changed',
      [
        `update relationship set target = ${INTRUDER} where kind = 'care-team' and patient = ${ADA}`,
        `select settle_ties(1::smallint, array[${ADA}])`,
      ],
      /^content-altered relationship left over of/,
    ],
    [
      'a relationship deleted',
      [
        `delete from relationship where kind = 'care-team' and patient = ${ADA}`,
        `select settle_ties(1::smallint, array[${ADA}])`,
      ],
      /^content-altered relationship missing of/,
    ],
    [
      'the state of a patient deleted',
      [`delete from patient_state where patient_id = 'ada-demo'`],
      /^content-altered state missing of/,
    ],
    [
      'emergency access that was never granted',
      [
        GLASS_ROW.replace(
          /from break_glass.*$/s,
          `from (select '1' as id, ${ADA} as patient, ${INTRUDER} as actor, now() as opened, now() + interval '1 hour' as until) g`,
        ),
        PASSING,
      ],
      /relationship left over/,
    ],
    [
      'emergency access granted by nobody',
      [GLASS, GLASS_ROW, PASSING, SETTLED],
      /emergency access that nobody confirmed/,
    ],
    [
      'emergency access that lasts longer than its grant',
      [
        `update relationship set until = until + 1e9 where kind = 'break-glass'`,
        `select settle_ties(1::smallint, array[${ADA}])`,
      ],
      /relationship left over/,
    ],
    [
      'emergency access that was handed to somebody else',
      [
        `update break_glass set actor = ${INTRUDER}`,
        `update relationship set target = ${INTRUDER} where kind = 'break-glass'`,
        `select settle_ties(1::smallint, array[${ADA}])`,
      ],
      /emergency access that nobody confirmed/,
    ],
  ])('%s', async (_, statements, expected) => {
    const found = await foundAfter(...statements);
    expect(
      found.filter((each) => expected.test(each)),
      found.join('\n'),
    ).not.toEqual([]);
  });
});

describe('what stands beside the text of a version', () => {
  it.each<[string, string[], string]>([
    [
      'updated',
      [`update resource set updated = updated - interval '1 day' where ${ROW('kept')}`],
      'updated',
    ],
    [
      'updated of a deletion',
      [
        `update resource set updated = updated - interval '1 day' where ${ROW('gone')}`,
        `update history set until = until - interval '1 day' where ${HISTORY(2)}`,
      ],
      'updated',
    ],
    [
      'at',
      [
        `update resource set at = at + interval '1 day', at_end = at_end + interval '1 day' where ${ROW('kept')}`,
      ],
      'at, at_end',
    ],
    ['at_end', [`update resource set at_end = 'infinity' where ${ROW('kept')}`], 'at_end'],
    ['at of a deletion', [`update resource set at = now() where ${ROW('gone')}`], 'at'],
    ['owner_by', [`update resource set owner_by = 0 where ${ROW('kept')}`], 'owner_by'],
    [
      'updated of a former version',
      [`update history set updated = updated - interval '1 second' where ${HISTORY(1)}`],
      'updated',
    ],
    [
      'until of a former version',
      [`update history set until = until + interval '1 second' where ${HISTORY(1)}`],
      'until',
    ],
    [
      'the patient of a former version',
      [`update history set patient = ${ADA} where ${HISTORY(1)}`],
      'patient',
    ],
    [
      'other patients of a former version',
      [`update history set other_patients = array[${ADA}] where ${HISTORY(2)}`],
      'other_patients',
    ],
    ['a text that cannot be read', [`update resource set content = '{' where ${ROW('kept')}`], ''],
    [
      'the text of a Consent that cannot be read',
      [
        `update resource set content = '{' where tenant = 1 and not deleted and type = (select type from resource where id like '%consent%' and type <> patient_type() limit 1)`,
      ],
      '',
    ],
  ])('%s', async (_, statements, detail) => {
    expect(await foundAfter(...statements)).toContain(`content-altered ${detail}`);
  });

  it.each<[string, string]>([
    ['a former version deleted', `delete from history where ${HISTORY(1)}`],
    ['a resource deleted with no trace', `delete from resource where ${ROW('kept')}`],
  ])('%s', async (_, statement) => {
    expect((await foundAfter(statement)).join()).toContain('content-missing');
  });

  it('a former version inserted twice', async () => {
    const copy = `insert into history select * from history where ${HISTORY(1)}`;
    expect((await foundAfter(copy)).join()).toContain('content-unlogged 1 versions more');
  });
});

const EVENT = `tenant = 1 and resource_id = 'gone'`;
const COPY = `insert into event (tenant, stream, seq, event_id, interaction, resource_type, resource_id,
    version, patient_id, confidentiality, sensitivity, urgency, actor, request_id, xid)
  select tenant, stream, (select seq + 1 from stream_head h where h.stream = e.stream), gen_random_uuid(),
    interaction, resource_type, resource_id, VERSION, patient_id, confidentiality, sensitivity, urgency,
    actor, request_id, xid
  from event e where ${EVENT} and version = 1`;
const HEAD = `update stream_head set seq = seq + 1 where stream = ${FINN}`;

describe('events', () => {
  it.each<[string, string[], RegExp]>([
    [
      'one deleted',
      [`delete from event where ${EVENT} and version = 2`],
      /1 streams of events with a hole/,
    ],
    [
      'the last of its stream deleted, with its number',
      [
        `delete from event where tenant = 1 and (stream, seq) = (select stream, seq from stream_head where stream = ${FINN})`,
        `update stream_head set seq = seq - 1 where stream = ${FINN}`,
      ],
      /1 versions without an event/,
    ],
    [
      'a whole stream deleted',
      [
        `delete from event where stream = ${FINN}`,
        `delete from stream_head where stream = ${FINN}`,
      ],
      /\d+ versions without an event/,
    ],
    ['a head deleted', [`delete from stream_head where stream = ${FINN}`], /1 streams of events/],
    [
      'one inserted for a version that is not there',
      [COPY.replace('VERSION', '9'), HEAD],
      /1 events that no version/,
    ],
    ['one repeated', [COPY.replace('VERSION', '1'), HEAD], /1 events that no version/],
    [
      'a number repeated',
      [`update event set seq = seq - 1 where ${EVENT} and version = 2`],
      /1 streams of events/,
    ],
    [
      'a former version marked as a deletion',
      [`update history set deleted = not deleted where ${HISTORY(1)}`],
      /1 events that no version/,
    ],
    [
      'a deletion made an update',
      [`update event set interaction = 'update' where ${EVENT} and version = 3`],
      /1 events that no version/,
    ],
    [
      'another patient',
      [`update event set patient_id = 'ada-demo' where ${EVENT} and version = 1`],
      /1 events that no version/,
    ],
    [
      'another actor',
      [`update event set actor = ${INTRUDER} where ${EVENT} and version = 1`],
      /1 events that no record/,
    ],
    [
      'another transaction',
      [`update event set xid = pg_current_xact_id() where ${EVENT} and version = 1`],
      /1 events that no record/,
    ],
  ])('%s', async (_, statements, expected) => {
    const found = await foundAfter(...statements);
    expect(
      found.filter((each) => expected.test(each)),
      found.join('\n'),
    ).not.toEqual([]);
  });
});
