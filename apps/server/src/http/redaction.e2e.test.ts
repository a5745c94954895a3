// Goal: an element that a policy keeps back leaves by no path, and nothing that can be asked tells of
// it. Method: one patient whose phone number and one observation whose performer a policy keeps back
// from clinicians; every path that returns resources, as they and as who sees all; then everything that
// could be searched by, once with a value that is there and once with one that nobody has.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Serving, serving } from '../testing/serving.ts';

const PHONE = '555-0172-secret';
const PERFORMER = 'Practitioner/kept-secret';
const NARRATIVE = 'call her at five-five-five';

let stage: Serving;
beforeAll(async () => {
  stage = await serving();
  await put('Practitioner/kept-secret', { name: [{ family: 'Kept' }] });
  await put('Patient/ada-demo', {
    name: [{ family: 'Redacts' }],
    telecom: [{ system: 'phone', value: PHONE }],
    text: {
      status: 'generated',
      div: `<div xmlns="http://www.w3.org/1999/xhtml">${NARRATIVE}</div>`,
    },
  });
  await put('Observation/red-o', {
    status: 'final',
    code: { text: 'weight' },
    valueQuantity: { value: '1.50' },
    subject: { reference: 'Patient/ada-demo' },
    performer: [{ reference: PERFORMER }],
  });
  await keepBack(['Patient.telecom', 'Observation.performer']);
}, 120_000);
afterAll(() => stage.stop(), 60_000);

async function put(name: string, resource: object): Promise<void> {
  const [resourceType, id] = name.split('/');
  const body = JSON.stringify({ resourceType, id, ...resource }).replace('"1.50"', '1.50');
  const answer = await stage.fhir('importer', `/${name}`, { method: 'PUT', body });
  expect(answer.status, answer.text).toBeLessThan(300);
}

interface Rule {
  readonly id: string;
  readonly effect: string;
  readonly roles: readonly string[];
  readonly actions: readonly string[];
}

/** Takes clinicians out of the rules that let read, and gives them the same with elements kept back. */
async function keepBack(redact: readonly string[]): Promise<void> {
  const officer = 'compliance-officer';
  const { policy } = (await stage.call(officer, '/consent/policies/active')).body as {
    policy: { rules: readonly Rule[] };
  };
  const rules = policy.rules.flatMap((rule): object[] => {
    if (rule.effect !== 'permit' || !rule.roles.includes('clinician')) return [rule];
    const others = rule.roles.filter((role) => role !== 'clinician');
    const reading = rule.actions.filter((action) => action !== 'write');
    const own = { ...rule, roles: ['clinician'] };
    return [
      ...(others.length > 0 ? [{ ...rule, roles: others }] : []),
      ...(reading.length > 0 ? [{ ...own, id: `${rule.id}-kept`, actions: reading, redact }] : []),
      ...(rule.actions.includes('write')
        ? [{ ...own, id: `${rule.id}-write`, actions: ['write'] }]
        : []),
    ];
  });
  const stored = await stage.call(officer, '/consent/policies', {
    method: 'POST',
    body: JSON.stringify({ ...policy, rules }),
    headers: { 'content-type': 'application/json' },
  });
  expect(stored.status, stored.text).toBeLessThan(300);
  const activated = await stage.call(officer, '/consent/policies/active', {
    method: 'POST',
    body: JSON.stringify({
      version: stored.body['version'],
      reason: 'a test of what is kept back',
    }),
    headers: { 'content-type': 'application/json' },
  });
  expect(activated.status, activated.text).toBeLessThan(300);
}

const asked = (path: string, init?: RequestInit): Promise<Answer> =>
  stage.fhir('clinician', path, init);

const batch = (type: string, ...urls: readonly string[]): RequestInit => ({
  method: 'POST',
  body: JSON.stringify({
    resourceType: 'Bundle',
    type,
    entry: urls.map((url) => ({ request: { method: 'GET', url } })),
  }),
});

const PATHS: readonly [string, string, RequestInit?][] = [
  ['read', '/Patient/ada-demo'],
  ['vread', '/Patient/ada-demo/_history/1'],
  ['history of one', '/Patient/ada-demo/_history'],
  ['history of a type', '/Patient/_history'],
  ['search', '/Patient?family=Redacts'],
  ['search by several types', '/?_type=Patient,Observation&_id=ada-demo,red-o'],
  ['include', '/Observation?_id=red-o&_include=Observation:subject'],
  ['include of all', '/Observation?_id=red-o&_include=*'],
  ['reverse include', '/Patient?_id=ada-demo&_revinclude=Observation:subject'],
  ['everything', '/Patient/ada-demo/$everything'],
  ['batch', '', batch('batch', 'Patient/ada-demo', 'Patient?family=Redacts', 'Observation/red-o')],
  ['transaction', '', batch('transaction', 'Patient/ada-demo', 'Observation/red-o')],
];

describe('an element that a policy keeps back', () => {
  it.each(PATHS)('leaves by no path: %s', async (_name, path, init) => {
    const answer = await asked(path, init);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.text).toMatch(/ada-demo|red-o/);
    for (const secret of [PHONE, PERFORMER, NARRATIVE]) expect(answer.text).not.toContain(secret);
    expect(answer.text).toContain('REDACTED');
    // The rest is what it was, digits included.
    if (answer.text.includes('"Observation"')) expect(answer.text).toContain('1.50');
  });

  it('is there for who sees all of it', async () => {
    const { text } = await stage.fhir('patient', '/Patient/ada-demo');
    expect(text).toContain(PHONE);
    expect(text).not.toContain('REDACTED');
  });

  it.each([
    ['/Patient?telecom=VALUE', PHONE],
    ['/Patient?phone=VALUE', PHONE],
    ['/Patient?phone:missing=true', ''],
    ['/Patient?_total=accurate&_summary=count&telecom=VALUE', PHONE],
    ['/Observation?subject:Patient.phone=VALUE', PHONE],
    ['/Observation?performer=VALUE', PERFORMER],
    ['/Observation?performer:Practitioner.family=VALUE', 'Kept'],
    ['/Practitioner?_has:Observation:performer:status=VALUE', 'final'],
    ['/Observation?_id=red-o&_include=Observation:performer', ''],
    ['/Practitioner?_revinclude=Observation:performer', ''],
    ['/Patient?_sort=phone', ''],
  ])('cannot be searched by, whatever is there: %s', async (path, value) => {
    const answers = await Promise.all(
      [value, 'nobody-has-this'].map((each) =>
        asked(path.replace('VALUE', encodeURIComponent(each))),
      ),
    );
    for (const { status } of answers) expect([400, 403]).toContain(status);
    const [there, nowhere] = answers.map(({ text }) => text.replaceAll(/[0-9a-f-]{36}/g, 'ID'));
    expect(there).toBe(nowhere);
    expect(there).not.toContain('unknown parameter');
  });

  it('is neither overwritten nor tested by who does not see it', async () => {
    const whole = { resourceType: 'Patient', id: 'ada-demo', name: [{ family: 'Redacts' }] };
    const replaced = await asked('/Patient/ada-demo', {
      method: 'PUT',
      body: JSON.stringify(whole),
    });
    expect(replaced.status).toBe(403);
    const tests = [PHONE, 'other'].map((value) =>
      asked('/Patient/ada-demo', {
        method: 'PATCH',
        headers: { 'content-type': 'application/json-patch+json' },
        body: JSON.stringify([{ op: 'test', path: '/telecom/0/value', value }]),
      }),
    );
    for (const { status } of await Promise.all(tests)) expect(status).toBe(403);
    for (const value of [PHONE, 'other']) {
      const created = await asked('/Patient', {
        method: 'POST',
        headers: { 'if-none-exist': `phone=${value}` },
        body: JSON.stringify({ resourceType: 'Patient', name: [{ family: 'New' }] }),
      });
      expect(created.status).toBe(403);
    }
    expect((await stage.fhir('patient', '/Patient/ada-demo')).text).toContain(PHONE);
  });

  it('grades nobody in a match', async () => {
    const body = JSON.stringify({
      resourceType: 'Parameters',
      parameter: [
        { name: 'resource', resource: { resourceType: 'Patient', telecom: [{ value: PHONE }] } },
      ],
    });
    expect((await asked('/Patient/$match', { method: 'POST', body })).status).toBe(403);
  });
});
