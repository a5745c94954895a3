import { createPrivateKey, type JsonWebKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Serving, serving } from '../testing/serving.ts';

let world: Serving;
beforeAll(async () => {
  world = await serving();
}, 120_000);
afterAll(() => world.stop());

/** The persona's token, narrowed as an authorization server would have issued it. */
async function narrowed(persona: string, scope: string): Promise<string> {
  const [header = '', claims = ''] = (await world.tokenOf(persona)).split('.');
  const known = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object;
  const payload = Buffer.from(JSON.stringify({ ...known, scope })).toString('base64url');
  const file = join(world.dataDirectory, 'keys', 'token-signing-key.json');
  const key = createPrivateKey({
    key: JSON.parse(readFileSync(file, 'utf8')) as JsonWebKey,
    format: 'jwk',
  });
  const signed = sign('sha256', Buffer.from(`${header}.${payload}`), {
    key,
    dsaEncoding: 'ieee-p1363',
  });
  return `${header}.${payload}.${signed.toString('base64url')}`;
}

describe('a token’s scopes tell apart', () => {
  const observation = (changes = {}) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'weight' },
    subject: { reference: 'Patient/scoped' },
    ...changes,
  });
  const send = async (scope: string, path: string, method: string, body?: object) =>
    world.fhir('importer', path, {
      method,
      headers: { authorization: `Bearer ${await narrowed('importer', scope)}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const read = async (scope: string, path: string) =>
    world.fhir('clinician', path, {
      headers: { authorization: `Bearer ${await narrowed('clinician', scope)}` },
    });

  it('creating from changing and deleting, reading from searching', async () => {
    const put = (id: string, body: object) =>
      world.fhir('importer', `/${id}`, { method: 'PUT', body: JSON.stringify(body) });
    await put('Patient/scoped', { resourceType: 'Patient', id: 'scoped' });
    const stored = observation({ id: 'weight-1' });
    expect((await put('Observation/weight-1', stored)).status).toBe(201);

    const makes = 'user/Observation.c user/Patient.rs';
    expect((await send(makes, '/Observation', 'POST', observation())).status).toBe(201);
    const refused = [
      await send(makes, '/Observation/weight-1', 'PUT', stored),
      await send(makes, '/Observation/weight-1', 'DELETE'),
      await send(makes, '/', 'POST', {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          { resource: observation(), request: { method: 'POST', url: 'Observation' } },
          { request: { method: 'DELETE', url: 'Observation/weight-1' } },
        ],
      }),
    ];
    for (const { status } of refused) expect([403, 404]).toContain(status);
    expect((await world.fhir('clinician', '/Observation/weight-1')).status).toBe(200);

    const found = async (scope: string) => {
      const { body } = await read(scope, '/Observation?patient=scoped');
      return ((body['entry'] ?? []) as unknown[]).length;
    };
    expect((await read('user/Observation.r', '/Observation/weight-1')).status).toBe(200);
    expect(await found('user/Observation.r')).toBe(0);
    expect((await read('user/Observation.s', '/Observation/weight-1')).status).toBe(404);
    expect(await found('user/Observation.s user/Patient.rs')).toBe(2);
  });
});
