// Goal: whoever is refused learns which header, parameter or element it was, and what to send instead.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Serving, serving } from '../testing/serving.ts';

let stage: Serving;
beforeAll(async () => {
  stage = await serving();
}, 120_000);
afterAll(() => stage.stop(), 60_000);

type Headers = Record<string, string>;
const PATIENT = { resourceType: 'Patient', name: [{ family: 'Edge' }] };
const ask = (path: string, headers: Headers = {}): Promise<Answer> =>
  stage.fhir('clinician', path, { headers });
const post = (path: string, body: object | string, headers: Headers = {}): Promise<Answer> =>
  stage.fhir('clinician', path, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

interface Issue {
  readonly expression?: readonly string[];
  readonly diagnostics?: string;
}
/** Where the first issue of an outcome lies, and all that it says. */
function issueOf(answer: Answer): { at: readonly string[]; says: string } {
  expect(answer.body['resourceType']).toBe('OperationOutcome');
  const issue = (answer.body['issue'] as Issue[])[0];
  return { at: issue?.expression ?? [], says: JSON.stringify(issue) };
}

describe('a media type', () => {
  it.each([
    ['application/json-patch+json', '/Patient', 'application/fhir+json'],
    ['application/x-www-form-urlencoded', '/Patient', 'application/fhir+json'],
    ['application/json-patch+json', '/Patient/$validate', 'application/fhir+json'],
    ['application/json-patch+json', '', 'application/fhir+json'],
    ['application/fhir+json; fhirVersion=5.0', '/Patient', 'fhirVersion=4.0'],
    ['application/fhir+json;fhirVersion="3.0"', '/Patient', 'fhirVersion=4.0'],
    ['application/fhir+json; charset=utf-8; fhirVersion=4.3', '/Patient', 'fhirVersion=4.0'],
  ])('%s of a resource sent to [base]%s is refused, saying %s', async (type, path, mend) => {
    const answer = await post(path, PATIENT, { 'content-type': type });
    expect(answer.status).toBe(415);
    const { at, says } = issueOf(answer);
    expect(at).toEqual(['Content-Type']);
    expect(says).toContain(mend);
  });

  it.each([
    'application/json',
    'application/fhir+json; fhirVersion=4.0',
    'application/fhir+json;FHIRVERSION="4.0.1"; charset=utf-8',
  ])('%s is read', async (type) => {
    expect((await post('/Patient', PATIENT, { 'content-type': type })).status).toBe(201);
  });

  it.each([
    ['application/fhir+json; fhirVersion=3.0', 'fhirVersion=4.0'],
    ['application/fhir+json;fhirVersion=5.0, application/fhir+xml', 'fhirVersion=4.0'],
    ['application/fhir+xml', 'application/fhir+json'],
  ])('%s is no answer of this server', async (accept, mend) => {
    for (const path of ['/Patient', '/metadata']) {
      const answer = await ask(path, { accept });
      expect(answer.status, path).toBe(406);
      const { at, says } = issueOf(answer);
      expect(at).toEqual(['Accept']);
      expect(says).toContain(mend);
    }
  });

  it.each([
    '*/*',
    'application/*',
    'application/fhir+json; fhirVersion=4.0',
    'application/fhir+json; fhirVersion=3.0, application/fhir+json; fhirVersion=4.0;q=0.5',
    'application/fhir+json; fhirVersion=5.0, */*;q=0.1',
  ])('%s is', async (accept) => {
    expect((await ask('/Patient?_summary=count', { accept })).status).toBe(200);
  });

  it('of another version in _format is refused by that name', async () => {
    const format = encodeURIComponent('application/fhir+json;fhirVersion=3.0');
    const answer = await ask(`/Patient?_format=${format}`);
    expect(answer.status).toBe(406);
    expect(issueOf(answer).at).toEqual(['_format']);
  });
});

describe('a search value', () => {
  it.each([
    ['name=%00', 'name'],
    ['identifier=urn:x%7Ca%00b', 'identifier'],
    ['general-practitioner.name:exact=a%00', 'general-practitioner.name:exact'],
    ['birthdate=yesterday', 'birthdate'],
    ['_count=-1', '_count'],
  ])('that cannot be, %s, is refused by the name of its parameter', async (query, name) => {
    const answer = await ask(`/Patient?${query}`);
    expect(answer.status).toBe(400);
    const { at, says } = issueOf(answer);
    expect(at).toEqual([name]);
    expect(says).toMatch(/Leave it away|Give /);
  });

  it('may lie at the end of the calendar', async () => {
    expect((await ask('/Observation?date=gt9999-12-31')).status).toBe(200);
    expect((await ask('/Observation?date=lt0001-01-01')).status).toBe(200);
  });
});

describe('a value that cannot be kept', () => {
  const observation = (more: object) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    ...more,
  });

  it('does not include the last day of the calendar, wherever it was written', async () => {
    const answer = await post(
      '/Observation',
      observation({ effectiveDateTime: '9999-12-31T23:00:00-14:00' }),
    );
    expect(answer.status).toBe(201);
  });

  it('is named where only the database knows of it: an address too long for its index', async () => {
    const letters = Array.from({ length: 6_000 }, (_, n) => (n * 7_919 * n).toString(36)).join('');
    const coding = [{ system: `urn:x:${letters}`, code: 'x' }];
    const answer = await post('/Observation', observation({ code: { coding } }));
    expect(answer.status).toBe(400);
    const { at, says } = issueOf(answer);
    expect(says).toContain('SERVER_VALUE_UNSTORABLE');
    expect(at).toEqual(['Observation.code.coding[0].system']);
  });

  it.each([
    ['"valueQuantity":{"value":1e999}', 'Observation.valueQuantity.value', 'Keep decimals below'],
    ['"valueString":"a\\ud83d"', 'Observation.valueString', 'Send whole characters'],
  ])('is named: %s', async (member, at, mend) => {
    const body = JSON.stringify(observation({})).replace(/}$/, `,${member}}`);
    const answer = await post('/Observation', body);
    expect(answer.status).toBe(400);
    const issue = issueOf(answer);
    expect(issue.at).toEqual([at]);
    expect(issue.says).toContain(mend);
  });
});

describe('a version', () => {
  it('is found by its own id and no other spelling of the number', async () => {
    const { body } = await post('/Patient', PATIENT);
    const at = (version: string) => ask(`/Patient/${String(body['id'])}/_history/${version}`);
    expect((await at('1')).status).toBe(200);
    for (const version of ['1e0', '01', '1.0', '0x1', '2', '4294967297']) {
      expect((await at(version)).status).toBe(404);
    }
    expect((await at('%201')).status).toBe(400);
  });

  it('that does not exist can not be referred to', async () => {
    const { body } = await post('/Patient', PATIENT);
    const reference = `Patient/${String(body['id'])}/_history/99`;
    const answer = await post('/Observation', {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      subject: { reference },
    });
    expect(answer.status).toBe(422);
    expect(issueOf(answer).at).toEqual(['Observation.subject']);
  });

  it('still to come in If-Match is not called an older one', async () => {
    const { body } = await post('/Patient', PATIENT);
    const id = String(body['id']);
    const answer = await stage.fhir('clinician', `/Patient/${id}`, {
      method: 'PUT',
      headers: { 'if-match': 'W/"7"' },
      body: JSON.stringify({ ...PATIENT, id }),
    });
    expect(answer.status).toBe(412);
    expect(issueOf(answer).says).toContain('does not name the current version');
  });
});
