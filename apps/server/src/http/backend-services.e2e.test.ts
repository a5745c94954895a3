// SMART Backend Services: a program proves itself by its key, and every way of not doing so is refused.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Serving, serving } from '../testing/serving.ts';
import { authorize, discovered, registrar } from '../testing/signing-in.ts';

type Keys = Awaited<ReturnType<typeof keysOf>>;

const keysOf = async (alg: 'ES384' | 'RS384') => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const kid = `key-${alg}`;
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return { alg, kid, privateKey, jwk };
};

let at: Serving;
let desk: ReturnType<typeof registrar>;
let ec: Keys;
let rsa: Keys;
let keyHost: Server;
let keyUrl: string;
let keysAsked = 0;

beforeAll(async () => {
  [at, ec, rsa] = await Promise.all([
    serving({ subscriptions: { trustedHosts: ['127.0.0.1'] } }),
    keysOf('ES384'),
    keysOf('RS384'),
  ]);
  keyHost = createServer((_request, response) => {
    keysAsked += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [rsa.jwk] }));
  }).listen(0, '127.0.0.1');
  await once(keyHost, 'listening');
  keyUrl = `http://127.0.0.1:${(keyHost.address() as AddressInfo).port}/jwks`;
  desk = registrar(at.server);
  const program = {
    kind: 'key' as const,
    redirectUris: [],
    scopes: ['system/*.rs'],
    purposes: ['TREAT'],
    fhirUser: 'Device/feeder',
    roles: ['clinician' as const],
  };
  await desk.addClient({ ...program, id: 'inline', jwks: { keys: [ec.jwk] } });
  await desk.addClient({ ...program, id: 'by-url', jwksUri: keyUrl });
  await desk.addClient({ ...program, id: 'inside', jwksUri: 'https://169.254.169.254/keys' });
  await desk.addClient({ ...program, id: 'unbound', purposes: [], jwks: { keys: [ec.jwk] } });
  await desk.addClient({ id: 'app' });
  await desk.addUser({ name: 'rivera', fhirUser: 'Practitioner/p-rivera', roles: ['clinician'] });
  const patient = { resourceType: 'Patient', id: 'ada' };
  await at.fhir('importer', '/Patient/ada', { method: 'PUT', body: JSON.stringify(patient) });
});
afterAll(async () => {
  keyHost.close();
  await desk.end();
  await at.stop();
});

interface Changes {
  readonly keys?: Keys;
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly form?: Record<string, string>;
}

async function assertion(id: string, { keys = ec, claims = {}, header = {} }: Changes = {}) {
  const now = Math.floor(Date.now() / 1_000);
  const stated = {
    iss: id,
    sub: id,
    aud: `${at.server.url}/auth/token`,
    exp: now + 240,
    jti: crypto.randomUUID(),
    ...claims,
  };
  return new SignJWT(stated)
    .setProtectedHeader({ alg: keys.alg, kid: keys.kid, typ: 'JWT', ...header })
    .sign(keys.privateKey);
}

async function ask(id: string, changes: Changes = {}) {
  const response = await fetch(`${at.server.url}/auth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'system/Patient.rs',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion(id, changes),
      ...changes.form,
    }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const read = (token: unknown) =>
  fetch(`${at.server.url}/fhir/R4/Patient/ada`, {
    headers: { authorization: `Bearer ${String(token)}` },
  });

describe('a backend service', () => {
  it.each([
    ['inline', 'ES384'],
    ['by-url', 'RS384'],
  ])('with keys %s gets a token of five minutes for %s, and none to refresh', async (id, alg) => {
    const { status, body } = await ask(id, { keys: alg === 'ES384' ? ec : rsa });
    expect([status, body['token_type'], body['expires_in'], body['scope']]).toEqual([
      200,
      'Bearer',
      300,
      'system/Patient.rs',
    ]);
    expect(body).not.toHaveProperty('refresh_token');
    expect((await read(body['access_token'])).status).toBe(200);
  });

  it('that openid-client makes works as it is', async () => {
    const auth = oidc.PrivateKeyJwt({ key: ec.privateKey, kid: ec.kid });
    const config = await discovered(at.server, 'inline', auth);
    const token = await oidc.clientCredentialsGrant(config, { scope: 'system/*.rs' });
    expect((await read(token.access_token)).status).toBe(200);
  });
});

describe('an assertion', () => {
  const now = () => Math.floor(Date.now() / 1_000);
  it.each<[string, () => Changes | Promise<Changes>]>([
    ['that lives an hour', () => ({ claims: { exp: now() + 3_600 } })],
    ['that is over', () => ({ claims: { exp: now() - 60 } })],
    ['for another audience', () => ({ claims: { aud: 'https://elsewhere.example/token' } })],
    ['of another issuer than its subject', () => ({ claims: { iss: 'by-url' } })],
    ['without jti', () => ({ claims: { jti: undefined } })],
    ['without exp', () => ({ claims: { exp: undefined } })],
    ['signed by another key', async () => ({ keys: { ...(await keysOf('ES384')), kid: ec.kid } })],
    ['whose key id is not known', () => ({ header: { kid: 'another' } })],
    ['with jku that is not registered', () => ({ header: { jku: keyUrl } })],
  ])('%s is refused', async (_, changes) => {
    const { status, body } = await ask('inline', await changes());
    expect([status, body['error']]).toEqual([401, 'invalid_client']);
  });

  it.each([
    ['grant_type', 'not_a_grant_type'],
    ['client_assertion_type', 'not_an_assertion_type'],
    ['client_assertion', 'not.a.jwt'],
    ['scope', 'user/Patient.rs'],
    ['scope', 'system/Nothing.rs'],
    ['scope', ''],
  ])('with %s "%s" is answered with 400', async (name, value) => {
    expect((await ask('inline', { form: { [name]: value } })).status).toBe(400);
  });

  it('works once, of twenty times at the same moment too', async () => {
    const sent = { client_assertion: await assertion('inline') };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask('inline', { form: sent })),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
    expect((await ask('inline', { form: sent })).body).toMatchObject({ error: 'invalid_client' });
  });

  it('does not make the server fetch keys from inside its network', async () => {
    const { body } = await ask('inside');
    expect(body).toMatchObject({ error: expect.stringMatching(/^invalid_client/) as unknown });
  });

  it('does not make the server fetch the same keys for every request', async () => {
    await ask('by-url', { keys: rsa });
    const before = keysAsked;
    for (let i = 0; i < 5; i++) await ask('by-url', { keys: rsa });
    expect(keysAsked).toBe(before);
  });
});

describe('a purpose of use', () => {
  it('that is bound to client and role is in the token', async () => {
    const { body } = await ask('inline', { form: { purpose_of_use: 'CLINTRL' } });
    expect(body['access_token']).toBeTypeOf('string');
    const { redirect } = await authorize(at.server, {
      client: 'app',
      user: 'rivera',
      scope: 'user/*.rs',
      params: { purpose_of_use: 'COC' },
    });
    expect(redirect.searchParams.get('code')).not.toBeNull();
  });

  it.each([['HRESCH'], ['PATRQT'], ['TREAT HRESCH'], ['NONSENSE']])(
    '%s that the program is not bound to is denied',
    async (purpose_of_use) => {
      const { status, body } = await ask('inline', { form: { purpose_of_use } });
      expect([status, body['error']]).toEqual([400, 'access_denied']);
    },
  );

  it('is needed: a program that is bound to none gets no token', async () => {
    expect((await ask('unbound')).body).toMatchObject({ error: 'access_denied' });
  });

  it.each([['HRESCH'], ['BTG'], ['PATRQT']])('%s is no claim of a clinician', async (purpose) => {
    const { page, redirect } = await authorize(at.server, {
      client: 'app',
      user: 'rivera',
      scope: 'user/*.rs',
      params: { purpose_of_use: purpose },
    });
    expect(redirect.searchParams.get('code')).toBeNull();
    expect(page.url + page.text).toContain('access_denied');
  });

  it('that was denied is in the audit', async () => {
    await ask('inline', { form: { purpose_of_use: 'HMARKT' } });
    const { rows } = await desk.pool.query<{ outcome: number; actor: string; leaf: string }>(
      `select outcome, actor, convert_from(leaf, 'UTF8') as leaf from audit
        where convert_from(leaf, 'UTF8')::json ->> 'type' = 'purpose-of-use'`,
    );
    const denied = rows.filter(({ leaf }) => leaf.includes('"HMARKT"'));
    expect(denied).toMatchObject([{ outcome: 4, actor: 'Device/feeder' }]);
  });
});
