import { parseValidationPolicy } from '@holdfast/fhir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Serving, serving } from '../testing/serving.ts';

let stage: Serving;
beforeAll(async () => {
  const policy = parseValidationPolicy('enforce,Basic=warn');
  if (!policy.ok) throw new Error(policy.error);
  stage = await serving({ validation: policy.value });
}, 120_000);
afterAll(() => stage.stop(), 60_000);

const send = (
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  stage.fhir('clinician', path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

const fine = { resourceType: 'Patient', gender: 'male' };
const broken = { resourceType: 'Patient', gender: 'm' };
const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter });

/** Severity and place of each issue. */
const found = ({ body }: Answer) =>
  (body['issue'] as { severity: string; expression?: string[] }[]).map(
    ({ severity, expression = [] }) => [severity, ...expression].join(' '),
  );

describe('$validate', () => {
  it('answers 200 with what it finds, and stores nothing', async () => {
    const good = await send('POST', '/Patient/$validate', fine);
    expect([good.status, found(good)]).toEqual([200, ['information']]);
    const bad = await send(
      'POST',
      '/Patient/$validate',
      parameters({ name: 'resource', resource: broken }),
    );
    expect([bad.status, found(bad)]).toEqual([200, ['error Patient.gender']]);
    const search = await send('GET', '/Patient?gender=m&_total=accurate');
    expect(search.body['total'] ?? 0).toBe(0);
  });

  it('reads the stored resource of an instance', async () => {
    const created = await send('POST', '/Patient', fine);
    const path = `/Patient/${String(created.body['id'])}/$validate`;
    for (const answer of [await send('GET', path), await send('POST', `${path}?mode=delete`)]) {
      expect([answer.status, found(answer)]).toEqual([200, ['information']]);
    }
    const update = parameters(
      { name: 'resource', resource: { ...fine, id: 'other' } },
      { name: 'mode', valueCode: 'update' },
    );
    expect(found(await send('POST', path, update))).toEqual(['error Patient.id']);
    expect((await send('GET', '/Patient/absent/$validate')).status).toBe(404);
  });

  it('refuses what it cannot read', async () => {
    expect((await send('POST', '/Patient/$validate', parameters())).status).toBe(400);
    expect((await send('POST', '/Patient/$validate?mode=merge', fine)).status).toBe(400);
  });

  it('stands in the CapabilityStatement', async () => {
    const { body } = await send('GET', '/metadata');
    expect(JSON.stringify(body)).toContain('OperationDefinition/Resource-validate');
  });
});

describe('the validation policy', () => {
  const basic = { resourceType: 'Basic', code: { text: 'x' }, created: 'yesterday' };

  it('enforces or warns by type, at every door', async () => {
    expect((await send('POST', '/Patient', broken)).status).toBe(422);
    const created = await send('POST', '/Basic', basic, { prefer: 'return=OperationOutcome' });
    expect([created.status, found(created)]).toEqual([
      201,
      ['information', 'warning Basic.created'],
    ]);
    const entry = (resource: object) => ({
      resource,
      request: { method: 'POST', url: (resource as { resourceType: string }).resourceType },
    });
    const bundle = (resource: object) => ({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [entry(resource)],
    });
    expect((await send('POST', '', bundle(broken))).status).toBe(400);
    expect((await send('POST', '', bundle(basic))).status).toBe(200);
    const patch = [{ op: 'add', path: '/author', value: 'me' }];
    const location = new URL(created.headers.get('location') ?? '').pathname;
    const path = location.replace('/fhir/R4', '').replace(/\/_history.*/, '');
    const patched = await send('PATCH', path, patch, {
      'content-type': 'application/json-patch+json',
    });
    expect(patched.status).toBe(200);
  });
});
