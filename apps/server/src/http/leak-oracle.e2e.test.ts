import { explainStored, STARTER_RULEBOOK } from '@holdfast/consent';
import { indexedParametersOf, type ResourceType, resourceTypes, typeOfCode } from '@holdfast/fhir';
import type { TenantId } from '@holdfast/kernel';
import { createPool } from '@holdfast/postgres';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { IDENTIFIER_SYSTEM, STAFF } from '../demo/practice.ts';
import { type Serving, serving } from '../testing/serving.ts';

const tenant = 1 as TenantId;
/** Kept out by one patient altogether, and by labels of others. */
const RESTRICTED = 'second-clinician';
const HIDDEN = 'ada-demo';
const MRN = `${IDENTIFIER_SYSTEM}mrn`;
const HIDDEN_NUMBER = 'HC-00001';
const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm';

interface Asked {
  readonly path: string;
  readonly init?: RequestInit;
}

/** Status and body, without what differs between any two answers. */
type Answered = readonly [number, string];

let world: Serving;
let owner: Pool;
let asked: readonly Asked[];
/** Of the restricted actor over everything, and over a database without the hidden rows. */
let [before, after]: (readonly Answered[])[] = [];
let hidden: readonly { readonly key: string; readonly type: ResourceType; readonly id: string }[];

beforeAll(async () => {
  world = await serving({ demo: true });
  owner = createPool({ url: world.server.ownerUrl, tenant, max: 2 });
  await world.fhir(
    'clinician',
    '/Condition/oracle-hiv',
    put({ ...condition('ben-demo', 'B20'), id: 'oracle-hiv' }),
  );
  await matched(HIDDEN);
  hidden = await hiddenRows();
  const looking = [...(await reads()), ...searches(), ...identities()];
  const writing = writes();
  asked = [...looking, ...writing];
  const { rows } = await owner.query<{ newest: string }>('select max(key) as newest from resource');
  before = [...(await answers(looking, 'before')), ...(await answers(writing, 'before'))];
  await remove(rows[0]?.newest ?? '0');
  after = [...(await answers(looking, 'after')), ...(await answers(writing, 'after'))];
}, 240_000);
afterAll(async () => {
  await owner.end();
  await world.stop();
}, 60_000);

const put = (body: object): RequestInit => ({ method: 'PUT', body: JSON.stringify(body) });
const post = (body: object, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers,
  body: JSON.stringify(body),
});
const condition = (patient: string, code: string) => ({
  resourceType: 'Condition',
  clinicalStatus: {
    coding: [
      { system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' },
    ],
  },
  code: { coding: [{ system: ICD10CM, code }] },
  subject: { reference: `Patient/${patient}` },
});

/** By the reference interpreter, which no query goes through. */
async function hiddenRows() {
  const { rows } = await owner.query<{ key: string; type: number; id: string; patient: string }>(
    `select r.key, r.type, r.id, s.patient_id as patient from resource r
     join patient_state s on s.tenant = r.tenant and s.patient = r.patient where not r.deleted`,
  );
  const actor = {
    tenant,
    principal: `Practitioner/${STAFF[1].id}`,
    closure: [],
    roles: ['clinician'],
    purposes: ['TREAT'],
    emergency: false,
    tokenId: 'oracle',
  } as const;
  const found: { key: string; type: ResourceType; id: string }[] = [];
  for (const { key, type: code, id, patient } of rows) {
    const type = typeOfCode(code);
    if (type === undefined) throw new Error(String(code));
    const question = { actor, action: 'read', patientId: patient, type, id } as const;
    const { explanation } = await explainStored(owner, { ...question, rulebook: STARTER_RULEBOOK });
    if (explanation?.outcome !== 'permit') found.push({ key, type, id });
  }
  return found;
}

/** As if they, and what was written since, had never been: rows, versions, index rows, events, states. */
async function remove(newest: string): Promise<void> {
  const { rows } = await owner.query<{ key: string }>('select key from resource where key > $1', [
    newest,
  ]);
  const keys = [...hidden, ...rows].map(({ key }) => key);
  const statements = [
    'delete from resource where key = any($1)',
    'delete from history where resource = any($1)',
    'delete from patient_state where patient = any($1)',
    'delete from event where stream = any($1)',
    ...'token reference uri string date quantity composite position'
      .split(' ')
      .map((table) => `delete from ${table}_index where resource = any($1)`),
  ];
  for (const statement of statements) await owner.query(statement, [keys]);
}

/** In turn: what is written later must not be found earlier. */
async function answers(queries: readonly Asked[], round: string): Promise<readonly Answered[]> {
  const all: Answered[] = [];
  for (const { path, init } of queries) {
    const text = typeof init?.body === 'string' ? init.body.replaceAll('ROUND', round) : null;
    const sent = { ...init, ...(text !== null && { body: text }) };
    all.push(plain(await world.fhir(RESTRICTED, path.replaceAll('ROUND', round), sent), round));
  }
  return all;
}

function plain({ status, body }: { status: number; body: unknown }, round: string): Answered {
  const text = JSON.stringify(body)
    .replaceAll(round, 'ROUND')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/_cursor=[^"&]+/g, '_cursor=SEALED')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'INSTANT');
  return [status, text];
}

const named = (names: readonly string[]): Asked[] => names.map((path) => ({ path }));

async function reads(): Promise<Asked[]> {
  const some = [...new Map(hidden.map((row) => [row.type, row])).values()];
  return named(
    some.flatMap(({ type, id }) => [
      `/${type}/${id}`,
      `/${type}/${id}/_history`,
      `/${type}/${id}/_history/1`,
      `/${type}/${id}/_history/9`,
      `/${type}?_id=${id}&_total=accurate`,
    ]),
  );
}

/** Types that are there for this practice; of each every parameter is sorted by and asked for. */
const TYPES: readonly ResourceType[] = ['Patient', 'Observation', 'Condition', 'Encounter'];

function searches(): Asked[] {
  const every = TYPES.flatMap((type) =>
    indexedParametersOf(type).flatMap((code) => [
      `/${type}?${code}:missing=false&_total=accurate&_count=3`,
      `/${type}?_sort=-${code}&_count=7`,
    ]),
  );
  const shapes = [
    `/Patient?name=Ada&_total=accurate`,
    `/Patient?name:contains=a&_summary=count`,
    `/Patient?birthdate=gt1900&_summary=count`,
    `/Patient?_id:not=x&_summary=count`,
    `/Patient?identifier:missing=false&_total=accurate&_count=2`,
    `/Observation?patient=${HIDDEN}`,
    `/Observation?subject:Patient=${HIDDEN}&_summary=count`,
    `/Observation?patient.name=a&_total=accurate&_count=5`,
    `/Observation?patient:Patient._id=${HIDDEN}`,
    `/Observation?patient.birthdate=gt1900&_summary=count`,
    `/Observation?encounter.status=finished&_summary=count`,
    `/Observation?code:not=http://loinc.org|8867-4&_summary=count`,
    `/Observation?value-quantity=gt0&_summary=count`,
    `/Observation?code-value-quantity=http://loinc.org|8867-4$gt10&_summary=count`,
    `/Observation?date=ge2000&_sort=date&_count=4`,
    `/Observation?_lastUpdated=ge2000&_summary=count`,
    `/Condition?code=${ICD10CM}|B20&_total=accurate`,
    `/Condition?code:missing=false&_summary=count`,
    `/Patient?_has:Observation:patient:value-quantity=gt0&_summary=count`,
    `/Patient?_has:Condition:patient:code=${ICD10CM}|B20`,
    `/Patient?_has:Condition:patient:code=${ICD10CM}|F11.20&_summary=count`,
    `/Encounter?_has:Condition:encounter:code:missing=false&_summary=count`,
    `/Encounter?_include=Encounter:patient&_count=50`,
    `/Observation?_include=Observation:patient&_include=Observation:encounter&_count=10`,
    `/Patient?_revinclude=Condition:patient&_count=50`,
    `/Patient?_revinclude:iterate=Observation:patient&_revinclude=Encounter:patient&_count=5`,
    `/Patient/${HIDDEN}/Observation?_total=accurate`,
    `/Patient/${HIDDEN}/*`,
    `/Patient/${HIDDEN}/$everything`,
    `/Patient/ben-demo/Condition?_total=accurate`,
    // Scores of the demo's data may still be on their way.
    `/Patient/ben-demo/$everything?_count=100&_type=Condition,Encounter`,
    `?_type=Patient,Condition&_lastUpdated=ge2000&_summary=count`,
    `/Condition/_history?_count=100`,
    `/Patient/_history?_count=100`,
  ];
  return named([...every, ...shapes]);
}

/** Until the patient can be found by matching. */
async function matched(patient: string): Promise<void> {
  await vi.waitFor(async () => {
    const { rowCount } = await owner.query('select from identity_key where patient = $1', [
      patient,
    ]);
    expect(rowCount).toBeGreaterThan(0);
  }, 60_000);
}

/** Whether somebody is who is looked for: the hidden patient, and one who is not hidden. */
function identities(): Asked[] {
  const match = (given: string, family: string, birthDate: string, more: object = {}): Asked => {
    const resource = { resourceType: 'Patient', name: [{ given: [given], family }], birthDate };
    const parameter = [{ name: 'resource', resource: { ...resource, ...more } }];
    return { path: '/Patient/$match', init: post({ resourceType: 'Parameters', parameter }) };
  };
  const own = { identifier: [{ system: MRN, value: HIDDEN_NUMBER }] };
  const source = (token: string) =>
    `/Patient/$ihe-pix?sourceIdentifier=${encodeURIComponent(token)}`;
  return [
    match('Ada', 'Brandt', '1987-03-14'),
    match('Ada', 'Brandt', '1987-03-14', own),
    match('Ben', 'Castellano', '1994-11-02'),
    ...named([
      source(`${MRN}|${HIDDEN_NUMBER}`),
      source(`${world.server.url}/fhir/R4|Patient/${HIDDEN}`),
      source(`${world.server.url}/fhir/R4|Patient/ben-demo`),
      source('urn:nobody|1'),
    ]),
  ];
}

/** Conditions and references that would tell, alone and in bundles. Ids are of the round. */
function writes(): Asked[] {
  const observation = (patient: string) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'oracle ROUND' },
    subject: { reference: `Patient/${patient}` },
  });
  const person = { resourceType: 'Patient', active: true, birthDate: '2001-01-01' };
  const bundle = (type: string, ...entry: readonly object[]) =>
    post({ resourceType: 'Bundle', type, entry });
  const get = (url: string) => ({ request: { method: 'GET', url } });
  return [
    { path: '/Observation', init: post(observation(HIDDEN)) },
    { path: '/Observation', init: post(observation('nobody-here')) },
    { path: '/Patient', init: post(person, { 'if-none-exist': `_id=${HIDDEN}` }) },
    {
      path: '/Condition',
      init: post(condition('ben-demo', 'I10'), { 'if-none-exist': `code=${ICD10CM}|B20` }),
    },
    { path: `/Patient?_id=${HIDDEN}&name=Ada`, init: { method: 'DELETE' } },
    { path: `/Condition?code=${ICD10CM}|B20`, init: { method: 'DELETE' } },
    { path: `/Patient/${HIDDEN}`, init: { method: 'DELETE' } },
    {
      path: '',
      init: bundle(
        'batch',
        get(`Patient/${HIDDEN}`),
        get('Condition/oracle-hiv'),
        get(`Observation?patient=${HIDDEN}&_summary=count`),
        get('Condition?_summary=count'),
      ),
    },
    {
      path: '',
      init: bundle('transaction', get(`Observation?patient.name=Ada&_total=accurate`), {
        request: { method: 'POST', url: 'Observation' },
        resource: observation('ben-demo'),
      }),
    },
    {
      path: '',
      init: bundle('transaction', {
        request: { method: 'POST', url: 'Observation' },
        resource: {
          ...observation('ben-demo'),
          hasMember: [{ reference: `Observation?patient=${HIDDEN}` }],
        },
      }),
    },
  ];
}

describe('SRV-7 what is hidden can’t be told from what is not there', () => {
  it('something is hidden, and something is not', async () => {
    expect(new Set(hidden.map(({ type }) => type)).size).toBeGreaterThan(3);
    expect(hidden.map(({ id }) => id)).toEqual(expect.arrayContaining([HIDDEN, 'oracle-hiv']));
    const { rows } = await owner.query<{ left: string }>('select count(*) as left from resource');
    expect(Number(rows[0]?.left)).toBeGreaterThan(hidden.length);
    expect(resourceTypes).toEqual(expect.arrayContaining([...TYPES]));
  });

  it('every answer is the same with the hidden rows and without them', () => {
    const different = asked.flatMap(({ path, init }, nth) =>
      JSON.stringify(before?.[nth]) === JSON.stringify(after?.[nth])
        ? []
        : [`${init?.method ?? 'GET'} ${path}: ${told(before?.[nth], after?.[nth])}`],
    );
    expect(different).toEqual([]);
  });

  it('the oracle sees a leak', async () => {
    const all = await world.fhir('clinician', `/Patient/${HIDDEN}`);
    expect(all.status).toBe(404);
    const read = asked.findIndex(({ path }) => path === '/Condition/oracle-hiv');
    expect(before?.[read]?.[0]).toBe(404);
    const counted = asked.findIndex(
      ({ path }) => path === '/Condition?code:missing=false&_summary=count',
    );
    expect(before?.[counted]?.[1]).toMatch(/"total":[1-9]/);
    const matches = asked.flatMap(({ path }, nth) =>
      path === '/Patient/$match' ? [before?.[nth]?.[1] ?? ''] : [],
    );
    expect(matches.map((text) => /"id":"([a-z]+-demo)"/.exec(text)?.[1])).toEqual([
      undefined,
      undefined,
      'ben-demo',
    ]);
  });
});

/** Where two answers part. */
function told(one: Answered | undefined, other: Answered | undefined): string {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return `${a.slice(Math.max(0, at - 60), at + 100)} / ${b.slice(Math.max(0, at - 60), at + 100)}`;
}
