// Against oidc-provider, a certified OpenID provider, in this process and over real HTTP.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock, type TenantId } from '@holdfast/kernel';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import { afterEach, describe, expect, it } from 'vitest';
import { TokenVerifier } from '../index.ts';
import { openIdProvider } from './openid-provider.ts';

const AUDIENCE = 'https://records.test/fhir/R4';
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function listen(handler?: RequestListener) {
  const server = createServer(handler).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { server, issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function signingJwk(
  kid: string,
): Promise<{ jwk: JWK; sign: (claims: object) => Promise<string> }> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' };
  const sign = (claims: object) =>
    new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
  return { jwk, sign };
}

/** Issues JWT access tokens for AUDIENCE to one client, with the claims of a nurse. */
function providerAt(issuer: string, jwk: JWK): RequestListener {
  const provider = new Provider(issuer, {
    jwks: { keys: [jwk] },
    clients: [
      {
        client_id: 'ward',
        client_secret: 'ward-secret',
        id_token_signed_response_alg: 'ES256',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    extraTokenClaims: () => ({
      fhirUser: `${AUDIENCE}/Practitioner/p-nurse`,
      realm_access: { roles: ['nurse', 'offline_access'] },
      'https://idp.test/teams': ['CareTeam/t-1'],
    }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope: 'user/*.rs',
          audience: resource,
          accessTokenTTL: 600,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  });
  const answer = provider.callback();
  return (request, response) => void answer(request, response);
}

async function tokenFrom(issuer: string, resource = AUDIENCE): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('ward:ward-secret')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope: 'user/*.rs' }),
  });
  const answer = (await response.json()) as { access_token?: string };
  if (answer.access_token === undefined) throw new Error(JSON.stringify(answer));
  return answer.access_token;
}

function verifierOf(issuer: string): TokenVerifier {
  const rules = {
    names: { roles: 'realm_access.roles', memberships: 'https://idp.test/teams' },
    roles: new Map([['nurse', 'clinician' as const]]),
    tenant: 1 as TenantId,
    fhirBase: AUDIENCE,
  };
  const at = { issuer, audience: AUDIENCE, rules, clock: systemClock, keyCooldownMs: 0 };
  return new TokenVerifier({ issuers: [openIdProvider(at)], clock: systemClock });
}

async function world() {
  const { server, issuer } = await listen();
  const key = await signingJwk('first');
  server.on('request', providerAt(issuer, key.jwk));
  return { server, issuer, key, verifier: verifierOf(issuer) };
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no fault',
    (error: { code?: string }) => error.code,
  );

describe('a token of an OpenID provider', () => {
  it('names the actor, by the rules for its claims and roles', async () => {
    const { issuer, verifier } = await world();
    const actor = await verifier.actor(`Bearer ${await tokenFrom(issuer)}`);
    expect(actor).toMatchObject({
      tenant: 1,
      principal: 'Practitioner/p-nurse',
      closure: ['CareTeam/t-1', 'Practitioner/p-nurse'],
      roles: ['clinician'],
      purposes: ['TREAT'],
      emergency: false,
    });
  });

  it('is refused when it is for somebody else, out of date, or of another issuer', async () => {
    const { issuer, key, verifier } = await world();
    const good = { iss: issuer, aud: AUDIENCE, exp: Math.floor(Date.now() / 1_000) + 60 };
    const who = { fhirUser: 'Practitioner/p', realm_access: { roles: ['nurse'] } };
    const code = async (claims: object) =>
      codeOf(verifier.actor(`Bearer ${await key.sign(claims)}`));
    expect(await code({ ...good, ...who })).toBe('no fault');
    expect(
      await codeOf(verifier.actor(`Bearer ${await tokenFrom(issuer, 'https://other.test')}`)),
    ).toBe('SIGNIN_TOKEN_INVALID');
    expect(await code({ ...good, ...who, aud: 'ward' })).toBe('SIGNIN_TOKEN_INVALID');
    expect(await code({ ...good, ...who, exp: 1 })).toBe('SIGNIN_TOKEN_INVALID');
    expect(await code({ ...good, ...who, iss: 'https://else.test' })).toBe('SIGNIN_TOKEN_INVALID');
    const stranger = await signingJwk('first');
    expect(await codeOf(verifier.actor(`Bearer ${await stranger.sign({ ...good, ...who })}`))).toBe(
      'SIGNIN_TOKEN_INVALID',
    );
    const noRole = { ...good, ...who, realm_access: { roles: ['offline_access'] } };
    await expect(verifier.actor(`Bearer ${await key.sign(noRole)}`)).rejects.toThrow('"roles"');
  });

  it('is taken after the provider has changed its key', async () => {
    const { server, issuer, verifier } = await world();
    await verifier.actor(`Bearer ${await tokenFrom(issuer)}`);
    const next = await signingJwk('second');
    server.removeAllListeners('request');
    server.on('request', providerAt(issuer, next.jwk));
    expect(await codeOf(verifier.actor(`Bearer ${await tokenFrom(issuer)}`))).toBe('no fault');
  });
});

describe('a provider that cannot be used', () => {
  it('is a 503 with a time to come back, never a wrong 401', async () => {
    const { issuer } = await listen((_request, response) => response.writeHead(500).end());
    const key = await signingJwk('first');
    const token = await key.sign({ iss: issuer, aud: AUDIENCE, exp: 2_000_000_000 });
    await expect(verifierOf(issuer).actor(`Bearer ${token}`)).rejects.toMatchObject({
      code: 'SIGNIN_PROVIDER_AWAY',
      row: { status: 503 },
      detail: { retryAfterSeconds: 5 },
    });
  });

  it('is asked once, not once a token, and again after the pause', async () => {
    let asked = 0;
    const { issuer } = await listen((_request, response) => {
      asked += 1;
      response.writeHead(500).end();
    });
    const time = { ms: 1_000_000 };
    const clock = { now: () => new Date(time.ms), monotonicMs: () => time.ms };
    const rules = { names: {}, roles: undefined, tenant: 1 as TenantId, fhirBase: undefined };
    const provider = openIdProvider({ issuer, audience: AUDIENCE, rules, clock });
    await Promise.allSettled([provider.discover(), provider.discover()]);
    await Promise.allSettled([provider.discover()]);
    expect(asked).toBe(1);
    time.ms += 5_000;
    await Promise.allSettled([provider.discover()]);
    expect(asked).toBe(2);
  });

  it('is not trusted when its metadata speak for another issuer', async () => {
    const key = await signingJwk('first');
    const { issuer } = await listen((request, response) => {
      const root = `http://${request.headers.host}`;
      const { d: _private, ...publicJwk } = key.jwk;
      const keys = { keys: [publicJwk] };
      const metadata = { issuer: 'https://else.test', jwks_uri: `${root}/keys` };
      response.end(JSON.stringify(request.url === '/keys' ? keys : metadata));
    });
    const token = await key.sign({ iss: issuer, aud: AUDIENCE, exp: 2_000_000_000 });
    expect(await codeOf(verifierOf(issuer).actor(`Bearer ${token}`))).toBe('SIGNIN_PROVIDER_AWAY');
  });
});
